"""Simulations: a real user, made-up activities, or both, at any instant; nothing is changed."""

from datetime import timedelta
from typing import Any

import pytest

from subgraphs.events.store.activities import record
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import NOON, an_activity, an_event
from tests.events.users_service import UsersService
from tests.fixtures.client import InProcess
from tests.fixtures.commands import CommandLog
from tests.fixtures.issuer import Issuer

SIMULATE = """query S($input: SimulateEventInput!) { simulateEvent(input: $input) { __typename
  ... on SimulationSuccess { satisfied conditions { current target satisfied condition { id } } }
  ... on NotFound { id } ... on ValidationFailed { violations { path code } } } }"""
THREE = {"count": {"activity": "QUEST", "target": 3}}


def quest(at: str = "2026-03-02T10:00:00Z", **fields: Any) -> dict[str, Any]:
    return {"type": "QUEST", "occurredAt": at, **fields}


async def simulate(events: InProcess, issuer: Issuer, **given: Any) -> dict[str, Any]:
    answer = await events.graphql(SIMULATE, {"input": given}, token=issuer.token("kr-auditor", "AUDITOR"))
    found: dict[str, Any] = answer.data["simulateEvent"]
    return found


@pytest.fixture
async def log(mongo: Mongo, users_service: UsersService) -> None:
    """An event that wants one quest in March until noon of the second, and two quests of a user in Korea."""
    event = an_event(starts_at=NOON - timedelta(days=1), ends_at=NOON)
    await mongo.write["events"].insert_one(event_document(event))
    await record(mongo, [an_activity(n, occurred_at=NOON - timedelta(hours=n)) for n in (1, 2, 30)])
    users_service.add("kr1")


@pytest.mark.usefixtures("log")
async def test_a_user_s_activities_and_made_up_ones_are_judged_together_or_alone(
    events: InProcess, issuer: Issuer, mongo: Mongo, commands: CommandLog
) -> None:
    before = {name: await mongo.write[name].count_documents({}) for name in ("events", "activities", "audit", "outbox")}

    async def current(**given: Any) -> int:
        found: int = (await simulate(events, issuer, rule=THREE, **given))["conditions"][0]["current"]
        return found

    assert await current(eventId="ev1", userId="kr1") == 2
    assert await current(eventId="ev1", userId="kr1", activities=[quest()]) == 3
    assert await current(eventId="ev1", activities=[quest(), quest()]) == 2
    assert await current(userId="kr1") == 3
    assert await current() == 0
    with commands.recording() as sent:
        done = await simulate(events, issuer, eventId="ev1", userId="kr1", rule=THREE, activities=[quest()])
    assert done["satisfied"]
    assert {name for _, name, _ in sent} == {"find"}
    assert before == {name: await mongo.write[name].count_documents({}) for name in before}


@pytest.mark.usefixtures("log")
async def test_a_simulation_looks_from_any_instant(events: InProcess, issuer: Issuer) -> None:
    async def current(at: str | None, **given: Any) -> int:
        found = await simulate(events, issuer, eventId="ev1", at=at, **given)
        return int(found["conditions"][0]["current"])

    assert await current("2026-03-02T09:59:59.999Z", userId="kr1") == 0
    assert await current("2026-03-02T10:00:00Z", userId="kr1") == 1
    assert await current("2027-01-01T00:00:00Z", userId="kr1") == 2
    # The window is half-open, and what lies after the instant has not happened yet.
    edges = [quest("2026-03-01T12:00:00Z"), quest("2026-03-02T12:00:00Z"), quest("2026-03-02T11:59:59.999Z")]
    assert await current("2027-01-01T00:00:00Z", activities=edges) == 2
    assert await current("2026-03-01T12:00:00Z", activities=edges) == 1
    age = {"profile": {"field": "ACCOUNT_AGE_DAYS", "comparison": "AT_LEAST", "values": ["60"]}}
    for at, days in (("2026-01-31T00:00:00Z", 30), ("2027-01-01T00:00:00Z", 60)):
        found = await simulate(events, issuer, eventId="ev1", userId="kr1", rule=age, at=at)
        assert found["conditions"][0]["current"] == days


@pytest.mark.usefixtures("log")
async def test_who_or_what_is_not_there_is_not_found(
    events: InProcess, issuer: Issuer, users_service: UsersService
) -> None:
    assert await simulate(events, issuer, eventId="nowhere") == {"__typename": "NotFound", "id": "nowhere"}
    assert await simulate(events, issuer, eventId="ev1", userId="nobody") == {"__typename": "NotFound", "id": "nobody"}
    users_service.silent = True
    given = {"input": {"eventId": "ev1", "userId": "nobody"}}
    assert (await events.graphql(SIMULATE, given, token=issuer.token("a", "ADMIN"))).codes == ["UNAVAILABLE"]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, ["input"]),
        ({"rule": {}}, ["input", "rule"]),
        ({"rule": {"count": {"activity": "QUEST", "target": 0}}}, ["input", "rule", "count", "target"]),
        ({"rule": THREE, "activities": [quest(), quest(name="x" * 65)]}, ["input", "activities", "1", "name"]),
        ({"rule": THREE, "activities": [quest()] * 1001}, ["input", "activities"]),
    ],
)
async def test_a_senseless_simulation_is_refused_at_its_place(
    events: InProcess, issuer: Issuer, given: dict[str, Any], path: list[str]
) -> None:
    assert [found["path"] for found in (await simulate(events, issuer, **given))["violations"]] == [path]
