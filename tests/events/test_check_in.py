"""Check-ins: once a local day over time zones and changes of clocks, once however many calls there are."""

import asyncio
import itertools
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.events.model.check_in import APART, CheckIn, next_check_in
from subgraphs.runtime.mongo import Mongo
from tests.events.users_service import UsersService
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer

CHECK_IN = """mutation { checkIn { __typename ... on CheckInSuccess { isNew activity { id type occurredAt } }
  ... on RateLimited { retryAt } ... on ValidationFailed { violations { code } } } }"""
ZONES = ["UTC", "Asia/Seoul", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "Australia/Lord_Howe"]


@pytest.fixture
def user_id() -> str:
    """A user of the test's own: what is counted in Redis outlives a test."""
    return f"kr{secrets.token_hex(8)}"


async def check_in(events: InProcess, issuer: Issuer, user_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await events.graphql(CHECK_IN, token=issuer.token(user_id))).data["checkIn"]
    return found


async def test_of_fifty_check_ins_at_once_one_is_new_and_all_tell_the_same_activity(
    start_events: Callable[..., Any], issuer: Issuer, users_service: UsersService, user_id: str, mongo: Mongo
) -> None:
    users_service.add(user_id)
    processes = [await start_events(check_in_limit="1000/60") for _ in range(2)]
    answers = await asyncio.gather(*(check_in(processes[n % 2], issuer, user_id) for n in range(50)))
    assert Counter(answer["isNew"] for answer in answers) == {True: 1, False: 49}
    assert len({answer["activity"]["id"] for answer in answers}) == 1
    assert await mongo.write["activities"].count_documents({"type": "ATTENDANCE"}) == 1


async def test_the_day_turns_at_the_user_s_own_midnight_to_the_millisecond(
    events: InProcess, issuer: Issuer, users_service: UsersService, user_id: str, clock: FrozenClock
) -> None:
    users_service.add(user_id, timezone="Asia/Seoul")
    midnight = datetime(2026, 3, 3, tzinfo=ZoneInfo("Asia/Seoul")).astimezone(UTC)
    clock.set(midnight - timedelta(milliseconds=1))
    assert (await check_in(events, issuer, user_id))["isNew"]
    assert not (await check_in(events, issuer, user_id))["isNew"]
    clock.set(midnight)
    assert (await check_in(events, issuer, user_id))["isNew"]


async def test_a_change_of_zone_gives_no_second_check_in_within_twenty_hours(
    events: InProcess, issuer: Issuer, users_service: UsersService, user_id: str, clock: FrozenClock, mongo: Mongo
) -> None:
    users_service.add(user_id, timezone="Asia/Seoul")
    first = await check_in(events, issuer, user_id)
    await mongo.write["profiles"].update_one({"_id": user_id}, {"$set": {"timezone": "Pacific/Auckland"}})
    clock.advance(hours=19, minutes=59)
    again = await check_in(events, issuer, user_id)
    assert (again["isNew"], again["activity"]) == (False, first["activity"])
    clock.advance(minutes=1)
    assert (await check_in(events, issuer, user_id))["isNew"]
    assert await mongo.write["activities"].count_documents({}) == 2


async def test_who_has_no_account_or_asks_too_often_is_told_so(
    start_events: Callable[..., Any], issuer: Issuer, users_service: UsersService, user_id: str, mongo: Mongo
) -> None:
    events = await start_events(check_in_limit="2/60")
    assert (await check_in(events, issuer, user_id))["violations"] == [{"code": "NO_ACCOUNT"}]
    users_service.silent = True
    assert (await events.graphql(CHECK_IN, token=issuer.token(user_id))).codes == ["UNAVAILABLE"]
    assert (await check_in(events, issuer, user_id))["retryAt"] == "2026-03-02T12:00:30.001Z"
    assert await mongo.write["activities"].count_documents({}) == 0


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("around", ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-25", "2026-12-31"])
def test_each_local_day_gives_one_check_in_over_changes_of_clocks_and_years(zone: str, around: str) -> None:
    middle = datetime.fromisoformat(around).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    last: CheckIn | None = None
    days = []
    for hours in range(-48, 72):
        made = next_check_in(last, zone, middle + timedelta(hours=hours))
        if made is not None:
            days.append(made.day)
            last = made
    assert days == sorted(set(days))
    assert len(days) in (5, 6)


@given(st.lists(st.tuples(st.sampled_from(ZONES), st.integers(1, 40 * 60)), max_size=60))
def test_whoever_travels_has_no_day_twice_and_no_two_within_twenty_hours_for_changing_zones(
    steps: list[tuple[str, int]],
) -> None:
    now, last = datetime(2026, 3, 1, tzinfo=UTC), None
    made: list[CheckIn] = []
    for zone, minutes in steps:
        now += timedelta(minutes=minutes)
        following = next_check_in(last, zone, now)
        if following is not None:
            made.append(following)
            last = following
    days = [entry.day for entry in made]
    assert days == sorted(set(days))
    for before, after in itertools.pairwise(made):
        assert before.timezone == after.timezone or after.at - before.at >= APART
