"""Events through GraphQL, against a real MongoDB: made, moved, listed, paged."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from subgraphs.events.model.event import Event, EventStatus, Lifecycle
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import NOON, an_event
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer

CREATE = """mutation Create($input: CreateEventInput!, $key: String! = "k") {
  createEvent(input: $input, idempotencyKey: $key) { __typename
    ... on EventSuccess { event { id status version tags ruleNodes { rule { id } parentId } } }
    ... on ValidationFailed { violations { path code } } ... on Error { code } } }"""
MOVE = """mutation TransitionCommand($id: ID!, $version: Int!, $to: EventTransition!) {
  transitionEvent(input: { id: $id, expectedVersion: $version, transition: $to, reason: "r" }) { __typename
    ... on EventSuccess { event { status version } } ... on VersionConflict { currentVersion }
    ... on IllegalTransition { status allowed } ... on NotFound { id } } }"""
WANTED = {
    "name": "Made",
    "startsAt": "2026-03-01T00:00:00Z",
    "endsAt": "2026-03-10T00:00:00Z",
    "tags": ["A", "a", " b "],
    "rule": {"anyOf": [{"count": {"activity": "QUEST", "target": 2}}, {"count": {"activity": "LOGIN", "target": 1}}]},
}


def operator(issuer: Issuer) -> str:
    return issuer.token("kr-operator", "OPERATOR")


async def create(events: InProcess, issuer: Issuer, key: str = "k", **changes: Any) -> dict[str, Any]:
    variables = {"input": {**WANTED, **changes}, "key": key}
    made: dict[str, Any] = (await events.graphql(CREATE, variables, token=operator(issuer))).data["createEvent"]
    return made


async def test_a_made_event_is_a_draft_with_its_trail(events: InProcess, issuer: Issuer, mongo: Mongo) -> None:
    made = (await create(events, issuer))["event"]
    assert (made["status"], made["version"], made["tags"]) == ("DRAFT", 1, ["a", "b"])
    assert [(node["rule"]["id"], node["parentId"]) for node in made["ruleNodes"]] == [
        ("n1", None),
        ("c1", "n1"),
        ("c2", "n1"),
    ]
    assert await breaches(mongo.write[AUDIT.name], made["id"]) == []
    assert await mongo.write["outbox"].count_documents({"topic": "events.changed"}) == 1


async def test_one_key_makes_one_event_however_many_ask_at_once(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    made = await asyncio.gather(*(create(events, issuer) for _ in range(20)))
    assert len({entry["event"]["id"] for entry in made}) == 1
    assert await mongo.write["events"].count_documents({}) == 1
    assert (await create(events, issuer, name="Other"))["code"] == "IDEMPOTENCY_CONFLICT"
    assert await mongo.write["events"].count_documents({}) == 1


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"endsAt": "2026-02-01T00:00:00Z"}, ["input", "endsAt"]),
        ({"rule": {}}, ["input", "rule"]),
        (
            {"rule": {"allOf": [{"count": {"activity": "QUEST", "target": 0}}]}},
            ["input", "rule", "allOf", "0", "count", "target"],
        ),
        ({"timezone": "Mars/Base"}, ["input", "timezone"]),
    ],
)
async def test_a_bad_event_is_refused_at_its_place_and_nothing_is_made(
    events: InProcess, issuer: Issuer, mongo: Mongo, change: dict[str, Any], path: list[str]
) -> None:
    refused = await create(events, issuer, **change)
    assert [violation["path"] for violation in refused["violations"]] == [path]
    for name in ("events", "audit", "outbox", "idempotency"):
        assert await mongo.write[name].count_documents({}) == 0


async def test_a_zone_that_the_database_does_not_know_is_refused(
    events: InProcess, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subgraphs.events.model.draft.timezones", lambda: frozenset({"Newly/Made"}))
    refused = await create(events, issuer, timezone="Newly/Made")
    assert refused["violations"] == [{"path": ["input", "timezone"], "code": "TIMEZONE"}]


async def test_of_thirty_transitions_with_one_version_one_moves_the_event(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    made = (await create(events, issuer))["event"]
    variables = {"id": made["id"], "version": 1, "to": "PUBLISH"}
    answers = await asyncio.gather(*(events.graphql(MOVE, variables, token=operator(issuer)) for _ in range(30)))
    kinds = Counter(answer.data["transitionEvent"]["__typename"] for answer in answers)
    assert kinds == {"EventSuccess": 1, "VersionConflict": 29}
    assert await mongo.write[AUDIT.name].count_documents({"subjectId": made["id"]}) == 2
    assert await breaches(mongo.write[AUDIT.name], made["id"]) == []


async def test_an_event_goes_its_way_and_no_other(
    events: InProcess, issuer: Issuer, clock: FrozenClock, mongo: Mongo
) -> None:
    made = (await create(events, issuer))["event"]

    async def move(version: int, to: str) -> dict[str, Any]:
        answer = await events.graphql(MOVE, {"id": made["id"], "version": version, "to": to}, token=operator(issuer))
        found: dict[str, Any] = answer.data["transitionEvent"]
        return found

    assert (await move(1, "PAUSE"))["allowed"] == ["PUBLISH", "ARCHIVE"]
    assert (await move(1, "PUBLISH"))["event"] == {"status": "ACTIVE", "version": 2}
    assert (await move(2, "PAUSE"))["event"]["status"] == "PAUSED"
    assert (await move(3, "RESUME"))["event"]["status"] == "ACTIVE"
    clock.set(NOON + timedelta(days=30))
    assert (await move(4, "PAUSE")) == {"__typename": "IllegalTransition", "status": "ENDED", "allowed": ["ARCHIVE"]}
    assert (await move(4, "ARCHIVE"))["event"] == {"status": "ARCHIVED", "version": 5}
    assert (await mongo.write["events"].find_one({"_id": made["id"]}) or {})["version"] == 5
    missing = await events.graphql(MOVE, {"id": "ev0", "version": 1, "to": "END"}, token=operator(issuer))
    assert missing.data["transitionEvent"] == {"__typename": "NotFound", "id": "ev0"}


def many(count: int, rng: random.Random) -> list[Event]:
    made = []
    for number in range(count):
        starts_at = NOON + timedelta(days=rng.randint(-5, 5), milliseconds=rng.choice([-1, 0, 1]))
        ends_at = rng.choice([None, starts_at + timedelta(days=rng.randint(1, 5))])
        lifecycle = rng.choice(list(Lifecycle))
        made.append(
            an_event(
                id=f"ev{number:04}",
                name=rng.choice(["Alpha", "beta", "Gamma ray", "delta wave"]) + f" {number % 7}",
                description=rng.choice(["win a prize", "collect points", ""]),
                starts_at=starts_at,
                ends_at=ends_at,
                ended_at=NOON - timedelta(days=1) if lifecycle is Lifecycle.ENDED else None,
                lifecycle=lifecycle,
                tags=tuple(rng.sample(["red", "green", "blue"], rng.randint(0, 2))),
                created_at=NOON - timedelta(hours=rng.randint(0, 10)),
            )
        )
    return made


SORTS: dict[str, Any] = {
    "STARTS_AT_DESC": (lambda e: (e.starts_at, e.id), True),
    "STARTS_AT_ASC": (lambda e: (e.starts_at, e.id), False),
    "CREATED_AT_DESC": (lambda e: (e.created_at, e.id), True),
    "NAME_ASC": (lambda e: (e.name.casefold(), e.id), False),
}
LIST = """query List($filter: EventFilter, $sort: EventSort!, $first: Int, $after: String, $last: Int, $before: String) {
  events(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { node { id status } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


async def walk(
    events: InProcess, token: str | None, size: int, *, backward: bool = False, between: Any = None, **variables: Any
) -> list[str]:
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(500):
        bounds = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        page = (await events.graphql(LIST, {**variables, **bounds}, token=token)).data["events"]
        ids = [edge["node"]["id"] for edge in page["edges"]]
        seen = ids + seen if backward else seen + ids
        if not page["pageInfo"]["hasPreviousPage" if backward else "hasNextPage"]:
            return seen
        cursor = page["pageInfo"]["startCursor" if backward else "endCursor"]
        if between is not None:
            await between()
    raise AssertionError("the list never ended")


FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({}, lambda e: True),
    *(({"statuses": [s.value]}, lambda e, s=s: e.status_at(NOON) is s) for s in EventStatus),
    (
        {"statuses": ["ACTIVE", "SCHEDULED"], "tags": ["red"]},
        lambda e: e.status_at(NOON) in (EventStatus.ACTIVE, EventStatus.SCHEDULED) and "red" in e.tags,
    ),
    ({"statuses": []}, lambda e: False),
    ({"tags": ["RED ", "blue"]}, lambda e: bool({"red", "blue"} & set(e.tags))),
    (
        {"openAt": "2026-03-02T12:00:00Z"},
        lambda e: e.starts_at <= NOON and (e.closes_at is None or e.closes_at > NOON),
    ),
    (
        {"startsFrom": "2026-03-01T12:00:00Z", "startsBefore": "2026-03-03T12:00:00Z"},
        lambda e: NOON - timedelta(days=1) <= e.starts_at < NOON + timedelta(days=1),
    ),
    ({"text": "prize gamma"}, lambda e: "prize" in e.description and "Gamma" in e.name),
]


@pytest.mark.parametrize("sort", sorted(SORTS))
async def test_every_filter_and_sort_gives_what_a_plain_reading_gives_both_ways(
    events: InProcess, mongo: Mongo, issuer: Issuer, sort: str
) -> None:
    made = many(150, random.Random(7))
    await mongo.write["events"].insert_many([event_document(event) for event in made])
    key, reverse = SORTS[sort]
    staff = operator(issuer)
    for given, matches in FILTERS:
        expected = [event.id for event in sorted(made, key=key, reverse=reverse) if matches(event)]
        for backward in (False, True):
            assert await walk(events, staff, 40, backward=backward, filter=given, sort=sort) == expected, given
        total = (await events.graphql(LIST, {"filter": given, "sort": sort}, token=staff)).data["events"]["totalCount"]
        assert total == len(expected)
    public = [event.id for event in sorted(made, key=key, reverse=reverse) if not event.is_hidden_at(NOON)]
    assert await walk(events, None, 100, sort=sort) == public


@pytest.mark.parametrize("sort", sorted(SORTS))
@pytest.mark.parametrize("backward", [False, True])
async def test_events_that_come_and_go_meanwhile_shift_nothing(
    events: InProcess, mongo: Mongo, issuer: Issuer, sort: str, backward: bool
) -> None:
    rng = random.Random(11)
    made = many(120, rng)
    await mongo.write["events"].insert_many([event_document(event) for event in made])
    counter = iter(range(10_000))
    gone: set[str] = set()

    async def between() -> None:
        number = next(counter)
        newcomer = an_event(id=f"new{number:04}", name=rng.choice(["Alpha", "zeta"]), starts_at=NOON)
        await mongo.write["events"].insert_one(event_document(newcomer))
        victim = rng.choice(made).id
        gone.add(victim)
        await mongo.write["events"].delete_one({"_id": victim})

    seen = await walk(events, operator(issuer), 9, backward=backward, between=between, sort=sort)
    assert len(seen) == len(set(seen))
    assert {event.id for event in made} - gone <= set(seen)


async def test_a_scheduled_event_becomes_active_in_lists_at_its_instant(
    events: InProcess, mongo: Mongo, clock: FrozenClock
) -> None:
    starts_at = NOON + timedelta(hours=1)
    await mongo.write["events"].insert_one(event_document(an_event(starts_at=starts_at)))
    variables = {"filter": {"statuses": ["ACTIVE"]}, "sort": "NAME_ASC"}
    clock.set(starts_at - timedelta(milliseconds=1))
    assert (await events.graphql(LIST, variables)).data["events"]["edges"] == []
    clock.set(starts_at)
    assert (await events.graphql(LIST, variables)).data["events"]["edges"][0]["node"]["status"] == "ACTIVE"
