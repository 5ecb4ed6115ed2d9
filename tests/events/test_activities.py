"""Activities in bulk: counted once, refused by name, all or none; and what other parts' messages become."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from subgraphs.events.settings import EventsWorkerSettings
from subgraphs.events.worker import build_worker
from subgraphs.runtime.messaging.broker import InProcessBroker
from subgraphs.runtime.messaging.outbox import new_message
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import NOON
from tests.fixtures.client import InProcess
from tests.fixtures.issuer import Issuer

RECORD = """mutation Record($rows: [ActivityInput!]!, $atomicity: Atomicity! = SKIP_FAILED) {
  recordActivities(input: { rows: $rows, atomicity: $atomicity }) { __typename
    ... on RecordActivitiesSuccess { accepted duplicates failures { index error { code } } }
    ... on ValidationFailed { violations { path code } } ... on RateLimited { retryAt } } }"""


def row(number: int, **changes: Any) -> dict[str, Any]:
    fields = {
        "userId": "kr1",
        "type": "QUEST",
        "occurredAt": "2026-03-02T11:00:00Z",
        "source": "game",
        "externalId": str(number),
    }
    return {**fields, **changes}


async def record(events: InProcess, issuer: Issuer, rows: list[dict[str, Any]], **variables: Any) -> dict[str, Any]:
    answer = await events.graphql(RECORD, {"rows": rows, **variables}, token=issuer.service_token())
    found: dict[str, Any] = answer.data["recordActivities"]
    return found


async def test_an_activity_told_twice_counts_once(events: InProcess, issuer: Issuer, mongo: Mongo) -> None:
    first = await record(events, issuer, [row(1), row(2), row(1)])
    assert (first["accepted"], first["duplicates"]) == (2, 1)
    again = await record(events, issuer, [row(2), row(3)])
    assert (again["accepted"], again["duplicates"]) == (1, 1)
    assert await mongo.write["activities"].count_documents({}) == 3


async def test_twenty_calls_with_the_same_rows_at_once_count_them_once(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    rows = [row(n) for n in range(50)]
    answers = await asyncio.gather(*(record(events, issuer, rows) for _ in range(20)))
    assert sum(answer["accepted"] for answer in answers) == 50
    assert sum(answer["duplicates"] for answer in answers) == 19 * 50
    assert await mongo.write["activities"].count_documents({}) == 50


@pytest.mark.parametrize("count", [0, 1001])
async def test_no_rows_and_too_many_are_refused(events: InProcess, issuer: Issuer, mongo: Mongo, count: int) -> None:
    refused = await record(events, issuer, [row(n) for n in range(count)])
    assert refused["violations"] == [{"path": ["input", "rows"], "code": "ROWS"}]
    assert await mongo.write["activities"].count_documents({}) == 0


async def test_a_call_too_many_of_a_service_is_told_when_to_come_again_and_keeps_nothing(
    start_events: Callable[..., Any], issuer: Issuer, mongo: Mongo
) -> None:
    events = await start_events(record_limit="2/60")
    # Its own name: all tests share one Redis.
    token = issuer.service_token("importer")
    answers = [await events.graphql(RECORD, {"rows": [row(n)]}, token=token) for n in range(3)]
    told = [answer.data["recordActivities"] for answer in answers]
    assert [answer["__typename"] for answer in told] == 2 * ["RecordActivitiesSuccess"] + ["RateLimited"]
    assert told[2]["retryAt"] > "2026-03-02T12:00:00.000Z"
    assert await mongo.write["activities"].distinct("externalId") == ["0", "1"]


async def test_a_thousand_rows_are_one_call(events: InProcess, issuer: Issuer, mongo: Mongo) -> None:
    assert (await record(events, issuer, [row(n) for n in range(1000)]))["accepted"] == 1000


async def test_bad_rows_are_reported_by_index_or_spoil_all_as_asked(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    late = (NOON + timedelta(minutes=6)).isoformat()
    rows = [row(1), row(2, occurredAt=late), row(3, source=""), row(4)]
    refused = await record(events, issuer, rows, atomicity="ALL_OR_NOTHING")
    assert [violation["path"] for violation in refused["violations"]] == [
        ["input", "rows", "1", "occurredAt"],
        ["input", "rows", "2", "source"],
    ]
    assert await mongo.write["activities"].count_documents({}) == 0
    kept = await record(events, issuer, rows)
    assert (kept["accepted"], [failure["index"] for failure in kept["failures"]]) == (2, [1, 2])
    whole = await record(events, issuer, [row(1), row(9)], atomicity="ALL_OR_NOTHING")
    assert (whole["accepted"], whole["duplicates"]) == (1, 1)


async def test_attributes_come_back_as_they_were_told(events: InProcess, issuer: Issuer) -> None:
    attributes = {"level": 12, "big": 2**70, "$odd.key": [None, {"x": 1.5}]}
    await record(events, issuer, [row(1, attributes=attributes, amount=2**53 - 1, name="forest")])
    query = """{ _entities(representations: [{__typename: "User", id: "kr1"}]) { ... on User {
      activities { edges { node { attributes amount name type } } } } } }"""
    answer = await events.graphql(query, token=issuer.token("kr1"))
    assert answer.data["_entities"][0]["activities"]["edges"][0]["node"] == {
        "attributes": attributes,
        "amount": 2**53 - 1,
        "name": "forest",
        "type": "QUEST",
    }


@pytest.mark.parametrize("value", [2**53, True, 1.5, "7"])
async def test_an_amount_that_is_no_safe_number_is_refused(
    events: InProcess, issuer: Issuer, mongo: Mongo, value: Any
) -> None:
    answer = await events.graphql(RECORD, {"rows": [row(1, amount=value)]}, token=issuer.service_token())
    assert answer.codes == ["BAD_USER_INPUT"]
    assert await mongo.write["activities"].count_documents({}) == 0


async def test_half_a_surrogate_pair_is_refused_before_anything_is_done(
    events: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    headers = {"x-router-secret": "the-router-secret-of-the-tests", "authorization": f"Bearer {issuer.service_token()}"}
    headers["content-type"] = "application/json"
    body = {"query": RECORD, "variables": {"rows": [row(1, name="\ud800")]}}
    content = json.dumps(body)
    response = await events.http.post("/graphql", content=content, headers=headers)
    assert response.status_code == 400
    assert await mongo.write["activities"].count_documents({}) == 0


async def test_activities_are_paged_and_filtered_latest_first(events: InProcess, issuer: Issuer) -> None:
    rows = [
        row(n, occurredAt=(NOON - timedelta(hours=n)).isoformat(), type="LOGIN" if n % 2 else "QUEST")
        for n in range(1, 11)
    ]
    await record(events, issuer, rows)
    query = """query A($after: String) { _entities(representations: [{__typename: "User", id: "kr1"}]) { ... on User {
      activities(filter: {types: [LOGIN]}, first: 2, after: $after) {
        edges { node { externalId } } pageInfo { hasNextPage endCursor } } } } }"""
    seen: list[str] = []
    after = None
    for _ in range(5):
        answer = await events.graphql(query, {"after": after}, token=issuer.token("kr1"))
        page = answer.data["_entities"][0]["activities"]
        seen += [edge["node"]["externalId"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["1", "3", "5", "7", "9"]


async def test_a_login_becomes_one_activity_and_a_profile_the_newest_however_often_they_are_told(
    events: InProcess, mongo: Mongo, mongo_url: str, redis_url: str, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTS_DATABASE", database_name)
    worker = build_worker(EventsWorkerSettings(mongo_url=mongo_url, redis_url=redis_url), InProcessBroker())
    login = new_message("users.login", "kr1", {"userId": "kr1", "sessionId": "s1", "at": NOON}, NOON)
    profile = {"userId": "kr1", "region": "KR", "timezone": None, "createdAt": NOON}
    newer = new_message("users.profile", "kr1", {**profile, "version": 2, "region": "US"}, NOON)
    older = new_message("users.profile", "kr1", {**profile, "version": 1}, NOON)
    for told in (login, newer, older, login, newer):
        await worker.handlers[told.topic](told)
    worker.mongo.close()
    (stored,) = [entry async for entry in mongo.write["activities"].find({})]
    assert (stored["type"], stored["source"], stored["externalId"]) == ("LOGIN", "users", "s1")
    (kept,) = [entry async for entry in mongo.write["profiles"].find({})]
    assert (kept["region"], kept["version"]) == ("US", 2)
