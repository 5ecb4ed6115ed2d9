"""Updates of events: what may change in which status, once a version, with a trail."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from subgraphs.events.model.event import Event, EventStatus, Lifecycle
from subgraphs.events.model.update import CHANGEABLE, EventUpdate, changed_fields, locked_fields, updated
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import NOON, an_event
from tests.fixtures.client import InProcess
from tests.fixtures.issuer import Issuer

UPDATE = """mutation U($input: UpdateEventInput!) { updateEvent(input: $input) { __typename
    ... on EventSuccess { event { name description startsAt endsAt timezone tags imageUrl version ruleVersion
      ruleNodes { rule { id ... on CountCondition { target } } } } }
    ... on VersionConflict { currentVersion } ... on NotFound { id } ... on IllegalTransition { status allowed message }
    ... on ValidationFailed { violations { path code } } ... on Error { code } } }"""
TEXTS = ["name", "description", "tags", "imageUrl"]
ALL = [*TEXTS, "startsAt", "endsAt", "timezone", "rule"]
CHANGES: dict[str, Any] = {
    "name": "Renamed",
    "description": "Described",
    "tags": ["new"],
    "imageUrl": "https://example.com/a.png",
    "startsAt": "2026-03-05T00:00:00Z",
    "endsAt": "2026-04-01T00:00:00Z",
    "timezone": "Asia/Seoul",
    "rule": {"count": {"activity": "QUEST", "target": 7}},
}
# What an event in each status looks like at noon, and what may change of it.
TABLE: list[tuple[EventStatus, dict[str, Any], list[str]]] = [
    (EventStatus.DRAFT, {"lifecycle": Lifecycle.DRAFT}, ALL),
    (EventStatus.SCHEDULED, {"starts_at": NOON + timedelta(days=1)}, ALL),
    (EventStatus.ACTIVE, {}, [*TEXTS, "endsAt", "rule"]),
    (EventStatus.PAUSED, {"lifecycle": Lifecycle.PAUSED}, [*TEXTS, "endsAt", "rule"]),
    (EventStatus.ENDED, {"ends_at": NOON}, TEXTS),
    (EventStatus.ARCHIVED, {"lifecycle": Lifecycle.ARCHIVED}, []),
]


def operator(issuer: Issuer) -> str:
    return issuer.token("kr-operator", "OPERATOR")


async def put(mongo: Mongo, **changes: Any) -> Event:
    event = an_event(description="", **changes)
    await mongo.write["events"].insert_one(event_document(event))
    return event


async def update(events: InProcess, issuer: Issuer, version: int = 1, **fields: Any) -> dict[str, Any]:
    variables = {"input": {"id": "ev1", "expectedVersion": version, **fields}}
    found: dict[str, Any] = (await events.graphql(UPDATE, variables, token=operator(issuer))).data["updateEvent"]
    return found


async def is_untouched(mongo: Mongo, event: Event) -> bool:
    stored = await mongo.write["events"].find_one({"_id": event.id})
    counts = [await mongo.write[name].count_documents({}) for name in ("audit", "outbox")]
    return stored == event_document(event) and counts == [0, 0]


@pytest.mark.parametrize(("status", "fields", "changeable"), TABLE)
async def test_in_each_status_just_what_the_table_says_may_change(
    events: InProcess, issuer: Issuer, mongo: Mongo, status: EventStatus, fields: dict[str, Any], changeable: list[str]
) -> None:
    assert set(changeable) == CHANGEABLE[status]
    for field in ALL:
        await mongo.write["events"].delete_many({})
        await mongo.write[AUDIT.name].delete_many({})
        await mongo.write["outbox"].delete_many({})
        event = await put(mongo, **fields)
        assert event.status_at(NOON) is status
        outcome = await update(events, issuer, **{field: CHANGES[field]})
        if field in changeable:
            assert outcome["__typename"] == "EventSuccess"
            assert outcome["event"]["version"] == 2
            assert outcome["event"]["ruleVersion"] == (2 if field == "rule" else 1)
            (entry,) = [row async for row in mongo.write[AUDIT.name].find({})]
            assert (entry["action"], field in entry["after"]) == ("event.updated", True)
        else:
            assert (outcome["__typename"], outcome["status"]) == ("IllegalTransition", status.value)
            assert field in outcome["message"]
            assert await is_untouched(mongo, event)


async def test_what_is_absent_stays_and_null_clears_where_there_can_be_nothing(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    ends_at = NOON + timedelta(days=9)
    await put(mongo, lifecycle=Lifecycle.DRAFT, ends_at=ends_at, image_url="https://example.com/a.png", tags=("a",))
    kept = (await update(events, issuer, name=" Renamed "))["event"]
    assert (kept["name"], kept["imageUrl"], kept["tags"]) == ("Renamed", "https://example.com/a.png", ["a"])
    cleared = (await update(events, issuer, 2, endsAt=None, imageUrl=None, tags=[]))["event"]
    assert (cleared["endsAt"], cleared["imageUrl"], cleared["tags"]) == (None, None, [])
    trail = [row async for row in mongo.write[AUDIT.name].find({}, sort=[("seq", 1)])]
    assert trail[1]["before"]["endsAt"] == ends_at.isoformat()
    assert trail[1]["after"] == {"endsAt": None, "imageUrl": None, "tags": [], "version": 3}


@pytest.mark.parametrize(
    ("fields", "changes", "violations"),
    [
        ({}, {}, [(["input"], "NOTHING")]),
        ({}, {"name": None}, [(["input", "name"], "REQUIRED")]),
        ({}, {"rule": None, "tags": None}, [(["input", "tags"], "REQUIRED"), (["input", "rule"], "REQUIRED")]),
        ({}, {"name": " "}, [(["input", "name"], "NAME")]),
        ({}, {"rule": {}}, [(["input", "rule"], "EXACTLY_ONE")]),
        ({}, {"endsAt": "2026-03-02T12:00:00Z"}, [(["input", "endsAt"], "PAST")]),
        ({}, {"endsAt": "2025-01-01T00:00:00Z"}, [(["input", "endsAt"], "WINDOW"), (["input", "endsAt"], "PAST")]),
        (
            {"starts_at": NOON + timedelta(days=1)},
            {"startsAt": "2026-03-02T11:59:59Z"},
            [(["input", "startsAt"], "PAST")],
        ),
        ({"lifecycle": Lifecycle.DRAFT}, {"timezone": "Mars/Base"}, [(["input", "timezone"], "TIMEZONE")]),
        ({"lifecycle": Lifecycle.DRAFT}, {"imageUrl": "http://x"}, [(["input", "imageUrl"], "URL")]),
    ],
)
async def test_a_senseless_update_is_refused_at_its_place_and_changes_nothing(
    events: InProcess,
    issuer: Issuer,
    mongo: Mongo,
    fields: dict[str, Any],
    changes: dict[str, Any],
    violations: list[tuple[list[str], str]],
) -> None:
    event = await put(mongo, **fields)
    outcome = await update(events, issuer, **changes)
    assert [(found["path"], found["code"]) for found in outcome["violations"]] == violations
    assert await is_untouched(mongo, event)


async def test_an_unknown_event_and_an_old_version_are_told_apart(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    assert (await update(events, issuer, name="X"))["__typename"] == "NotFound"
    event = await put(mongo, version=4)
    assert (await update(events, issuer, 3, name="X"))["currentVersion"] == 4
    assert await is_untouched(mongo, event)


async def test_an_update_that_changes_nothing_makes_no_new_version(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    event = await put(mongo)
    same: dict[str, Any] = {"name": event.name, "rule": {"count": {"activity": "QUEST", "target": 1}}}
    assert (await update(events, issuer, **same))["event"]["version"] == 1
    assert await is_untouched(mongo, event)


async def test_of_a_hundred_updates_with_one_version_one_changes_the_event(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    create = """mutation { createEvent(idempotencyKey: "k", input: { name: "E", startsAt: "2026-04-01T00:00:00Z",
      rule: { count: { activity: QUEST, target: 1 } } }) { ... on EventSuccess { event { id } } } }"""
    made = (await events.graphql(create, token=operator(issuer))).data["createEvent"]["event"]["id"]
    inputs = [{"id": made, "expectedVersion": 1, "name": f"Name {n}"} for n in range(100)]
    answers = await asyncio.gather(
        *(events.graphql(UPDATE, {"input": given}, token=operator(issuer)) for given in inputs)
    )
    kinds = Counter(answer.data["updateEvent"]["__typename"] for answer in answers)
    assert kinds == {"EventSuccess": 1, "VersionConflict": 99}
    assert await mongo.write[AUDIT.name].count_documents({"subjectId": made, "action": "event.updated"}) == 1
    assert await breaches(mongo.write[AUDIT.name], made) == []
    assert await mongo.write["outbox"].count_documents({"key": made}) == 2


def test_a_rule_given_anew_as_it_was_keeps_its_version() -> None:
    event = an_event(tags=("a",))
    same = EventUpdate("ev1", 1, {"name": event.name, "tags": ["A"]})
    assert updated(event, same) == event
    assert changed_fields(event, replace(event, ends_at=NOON)) == ["endsAt"]
    assert locked_fields(event, replace(event, timezone="Asia/Seoul", name="x"), NOON) == ["timezone"]
