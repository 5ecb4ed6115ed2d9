"""Changes of events in bulk: in order, all or none or the good ones, once for a key."""

import asyncio
from collections import Counter
from typing import Any

from subgraphs.events.model.event import Lifecycle
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import an_event
from tests.fixtures.client import InProcess
from tests.fixtures.issuer import Issuer

CHANGE = """mutation C($input: ChangeEventsInput!, $key: String!) {
  changeEvents(input: $input, idempotencyKey: $key) { __typename
    ... on ChangeEventsSuccess { events { id name status version }
      failures { index error { __typename code ... on VersionConflict { currentVersion }
        ... on IllegalTransition { status allowed } ... on ValidationFailed { violations { path code } } } } }
    ... on ValidationFailed { violations { path code } } ... on Error { code } } }"""
NEW = {
    "name": "Made",
    "startsAt": "2026-03-01T00:00:00Z",
    "rule": {"count": {"activity": "QUEST", "target": 1}},
}


def rename(event_id: str, version: int, name: str) -> dict[str, Any]:
    return {"update": {"id": event_id, "expectedVersion": version, "name": name}}


def move(event_id: str, version: int, transition: str, **more: Any) -> dict[str, Any]:
    return {"transition": {"id": event_id, "expectedVersion": version, "transition": transition, **more}}


async def change(
    events: InProcess, issuer: Issuer, changes: list[dict[str, Any]], atomicity: str = "SKIP_FAILED", key: str = "k"
) -> dict[str, Any]:
    variables = {"input": {"changes": changes, "atomicity": atomicity}, "key": key}
    answer = await events.graphql(CHANGE, variables, token=issuer.token("kr-operator", "OPERATOR"))
    found: dict[str, Any] = answer.data["changeEvents"]
    return found


async def put(mongo: Mongo, *ids: str) -> None:
    drafts = [an_event(id=event_id, lifecycle=Lifecycle.DRAFT) for event_id in ids]
    await mongo.write["events"].insert_many([event_document(event) for event in drafts])


async def counts(mongo: Mongo) -> list[int]:
    return [await mongo.write[name].count_documents({}) for name in ("events", "audit", "outbox", "idempotency")]


async def test_changes_are_carried_out_in_order_each_on_what_the_last_one_left(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    await put(mongo, "ev1")
    wanted = [{"create": NEW}, rename("ev1", 1, "One"), move("ev1", 2, "PUBLISH"), move("ev1", 3, "END", reason="over")]
    done = await change(events, issuer, wanted, "ALL_OR_NOTHING")
    assert done["failures"] == []
    assert [(event["status"], event["version"]) for event in done["events"]] == [
        ("DRAFT", 1),
        ("DRAFT", 2),
        ("ACTIVE", 3),
        ("ENDED", 4),
    ]
    assert await counts(mongo) == [2, 4, 4, 1]
    assert await breaches(mongo.write[AUDIT.name], done["events"][0]["id"]) == []


BAD_ROWS: list[tuple[dict[str, Any], str]] = [
    (rename("nowhere", 1, "X"), "NotFound"),
    (rename("ev2", 9, "X"), "VersionConflict"),
    (move("ev2", 1, "PAUSE"), "IllegalTransition"),
    ({"create": {**NEW, "endsAt": "2026-01-01T00:00:00Z"}}, "ValidationFailed"),
    (rename("ev2", 1, ""), "ValidationFailed"),
    ({}, "ValidationFailed"),
    ({**rename("ev2", 1, "X"), "create": NEW}, "ValidationFailed"),
    (move("ev2", 1, "PUBLISH", reason="x" * 501), "ValidationFailed"),
]


async def test_bad_rows_are_reported_by_index_the_good_kept_and_a_repeated_key_tells_the_same(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    await put(mongo, "ev1", "ev2")
    wanted = [rename("ev1", 1, "One"), *(row for row, _ in BAD_ROWS), rename("ev2", 1, "Two")]
    done = await change(events, issuer, wanted)
    assert [failure["error"]["__typename"] for failure in done["failures"]] == [kind for _, kind in BAD_ROWS]
    assert [failure["index"] for failure in done["failures"]] == list(range(1, len(BAD_ROWS) + 1))
    assert done["failures"][1]["error"]["currentVersion"] == 1
    assert done["failures"][3]["error"]["violations"] == [
        {"path": ["input", "changes", "4", "create", "endsAt"], "code": "WINDOW"}
    ]
    assert [event and event["name"] for event in done["events"]] == ["One", *[None] * len(BAD_ROWS), "Two"]
    before = await counts(mongo)
    assert await change(events, issuer, wanted) == done
    assert (await change(events, issuer, wanted[:1]))["code"] == "IDEMPOTENCY_CONFLICT"
    assert await counts(mongo) == before == [2, 2, 2, 1]


async def test_one_bad_row_spoils_a_whole_call_that_asked_for_all_or_nothing(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    await put(mongo, "ev1", "ev2")
    codes = {"NotFound": "NOT_FOUND", "VersionConflict": "VERSION_CONFLICT", "IllegalTransition": "ILLEGAL_TRANSITION"}
    for row, kind in BAD_ROWS:
        refused = await change(events, issuer, [{"create": NEW}, rename("ev1", 1, "One"), row], "ALL_OR_NOTHING")
        assert refused["__typename"] == "ValidationFailed"
        assert [found["path"][:3] for found in refused["violations"]] == [["input", "changes", "2"]]
        if kind in codes:
            assert refused["violations"][0]["code"] == codes[kind]
        assert await counts(mongo) == [2, 0, 0, 0]


async def test_no_changes_too_many_and_a_bad_key_are_refused(events: InProcess, issuer: Issuer, mongo: Mongo) -> None:
    for changes in ([], [{"create": NEW}] * 101):
        refused = await change(events, issuer, changes)
        assert refused["violations"] == [{"path": ["input", "changes"], "code": "CHANGES"}]
    refused = await change(events, issuer, [{"create": NEW}], key="")
    assert refused["violations"] == [{"path": ["idempotencyKey"], "code": "INVALID_KEY"}]
    assert await counts(mongo) == [0, 0, 0, 0]


async def test_a_hundred_changes_are_one_call(events: InProcess, issuer: Issuer, mongo: Mongo) -> None:
    done = await change(events, issuer, [{"create": {**NEW, "name": f"E{n}"}} for n in range(100)], "ALL_OR_NOTHING")
    assert [event["name"] for event in done["events"]] == [f"E{n}" for n in range(100)]
    assert await counts(mongo) == [100, 100, 100, 1]


async def test_one_key_carries_changes_out_once_however_many_send_it_at_once(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    await put(mongo, "ev1")
    wanted = [{"create": NEW}, rename("ev1", 1, "One"), rename("ev1", 1, "Late")]
    answers = await asyncio.gather(*(change(events, issuer, wanted) for _ in range(10)))
    assert len({answer["events"][0]["id"] for answer in answers}) == 1
    assert Counter(len(answer["failures"]) for answer in answers) == {1: 10}
    assert await counts(mongo) == [2, 2, 2, 1]
