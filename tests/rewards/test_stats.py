"""What staff are told of an event's offers: counted from the requests, by day of the event's zone."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from subgraphs.rewards.model.stats import last_days
from subgraphs.rewards.refusal_counter import MAX_KEPT, RefusalCounter
from subgraphs.rewards.store import COLLECTIONS
from subgraphs.rewards.store.stats import RefusalStore
from subgraphs.runtime.mongo import Mongo, ensure_collections
from subgraphs.runtime.settings import StoreSettings
from tests.fixtures.commands import CommandLog
from tests.rewards.claiming import Claiming
from tests.rewards.events_service import EventsService
from tests.rewards.test_offers import ZONES

STATS = """query S($of: [_Any!]!, $days: Int! = 3) { _entities(representations: $of) { ... on Event { stats {
  claims fulfilled rejected distinctUsers pointsGranted refusals { code count } asOf
  byDay(days: $days) { day claims fulfilled pointsGranted } } } } }"""
NOTHING: dict[str, Any] = {"claims": 0, "fulfilled": 0, "pointsGranted": 0}


async def stats(claiming: Claiming, *event_ids: str, **variables: Any) -> Any:
    of = [{"__typename": "Event", "id": event_id} for event_id in event_ids or ("ev1",)]
    answer = await claiming.rewards.graphql(STATS, {"of": of, **variables}, token=claiming.operator)
    found = [entity["stats"] for entity in answer.data["_entities"]]
    return found if event_ids else found[0]


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
    st.integers(1, 366),
)
def test_the_last_days_end_with_today_and_begin_at_a_midnight(now: datetime, zone: str, count: int) -> None:
    span = last_days(count, now, zone)
    assert len(span.days) == count
    assert all(later - day == timedelta(days=1) for day, later in zip(span.days, span.days[1:], strict=False))
    assert last_days(1, span.begins, zone).days == span.days[:1]
    assert last_days(1, now, zone).days == span.days[-1:]
    assert span.begins <= now


async def test_claims_are_counted_by_user_and_by_day_of_the_event(
    claiming: Claiming, events_service: EventsService
) -> None:
    assert events_service.event is not None
    events_service.event["timezone"] = "Asia/Seoul"
    offer_id = await claiming.offer(perUser={"count": 5, "period": "EVER"})
    # 14:59 UTC is the last minute of a day in Seoul.
    claiming.clock.set(datetime(2026, 3, 2, 14, 59, tzinfo=UTC))
    await claiming.claims(offer_id, [("us1", "a"), ("us2", "a")])
    claiming.clock.advance(minutes=1)
    await claiming.claim(offer_id, "us1", "b")
    claiming.clock.advance(days=1)
    found = await stats(claiming)
    assert (found["claims"], found["fulfilled"], found["rejected"], found["distinctUsers"]) == (3, 3, 0, 2)
    assert (found["pointsGranted"], found["asOf"]) == (300, "2026-03-03T15:00:00.000Z")
    assert found["byDay"] == [
        {"day": "2026-03-02", "claims": 2, "fulfilled": 2, "pointsGranted": 200},
        {"day": "2026-03-03", "claims": 1, "fulfilled": 1, "pointsGranted": 100},
        {"day": "2026-03-04", **NOTHING},
    ]


async def test_what_was_taken_back_or_rejected_is_not_granted(claiming: Claiming, mongo: Mongo) -> None:
    offer_id = await claiming.offer()
    await claiming.claims(offer_id, [(f"us{n}", "a") for n in range(5)])
    for user, status in (("us0", "REVERSED"), ("us1", "REJECTED"), ("us2", "PENDING")):
        await mongo.write["requests"].update_one({"userId": user}, {"$set": {"status": status}})
    found = await stats(claiming)
    assert (found["claims"], found["fulfilled"], found["rejected"], found["pointsGranted"]) == (5, 2, 1, 200)


async def test_when_events_is_silent_days_are_those_of_utc(claiming: Claiming, events_service: EventsService) -> None:
    assert events_service.event is not None
    events_service.event["timezone"] = "Pacific/Kiritimati"
    offer_id = await claiming.offer()
    await claiming.claim(offer_id, "us1")
    assert (await stats(claiming))["byDay"][-1]["day"] == "2026-03-03"
    events_service.failure = "status"
    found = await stats(claiming)
    assert (found["claims"], found["byDay"][-1]) == (
        1,
        {"day": "2026-03-02", "claims": 1, "fulfilled": 1, "pointsGranted": 100},
    )


async def test_an_event_nobody_claimed_of_has_zeros_and_many_events_cost_the_same(
    claiming: Claiming, commands: CommandLog, events_service: EventsService
) -> None:
    for number in range(6):
        offer_id = await claiming.offer(eventId=f"ev{number}")
        await claiming.claim(offer_id, "us1", offer_id)
    events_service.asked.clear()
    with commands.recording() as sent:
        found = await stats(claiming, *(f"ev{number}" for number in range(10)))
    assert [event["claims"] for event in found] == [1] * 6 + [0] * 4
    assert found[9]["byDay"] == [{"day": day, **NOTHING} for day in ("2026-02-28", "2026-03-01", "2026-03-02")]
    assert sorted(name for _, name, _ in sent) == ["aggregate", "aggregate", "find"]
    assert len(events_service.asked) == 1


async def test_days_are_bounded_and_the_numbers_are_for_staff(claiming: Claiming) -> None:
    of = [{"__typename": "Event", "id": "ev1"}]
    for days in (0, 367):
        answer = await claiming.rewards.graphql(STATS, {"of": of, "days": days}, token=claiming.operator)
        assert answer.codes == ["BAD_USER_INPUT"]
    assert len((await stats(claiming, "ev1", days=366))[0]["byDay"]) == 366
    for token in (None, claiming.issuer.token("us1"), claiming.issuer.service_token()):
        answer = await claiming.rewards.graphql(STATS, {"of": of}, token=token)
        assert answer.data["_entities"] == [{"stats": None}]


async def test_refusals_are_counted_a_moment_later(claiming: Claiming, events_service: EventsService) -> None:
    offer_id = await claiming.offer(stockTotal=1)
    await claiming.claims(offer_id, [(f"us{n}", "a") for n in range(4)])
    events_service.unsatisfied = {"us9"}
    await claiming.claim(offer_id, "us9")
    await claiming.claim("ev1.unknown", "us9")
    expected = [{"code": "OUT_OF_STOCK", "count": 3}, {"code": "CONDITIONS_NOT_MET", "count": 1}]
    deadline = time.monotonic() + 20
    while (found := (await stats(claiming))["refusals"]) != expected:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.1)


async def test_refusals_that_cannot_be_written_are_kept_and_bounded() -> None:
    away = Mongo(
        StoreSettings(mongo_url="mongodb://127.0.0.1:9/?replicaSet=x", mongo_database="x", mongo_timeout_seconds=0.2),
        app_name="away",
    )
    kept = RefusalCounter(RefusalStore(away))
    for number in range(MAX_KEPT + 10):
        kept.count(f"ev{number}", "OUT_OF_STOCK")
    await kept.flush()
    kept.count("ev0", "OUT_OF_STOCK")
    assert kept._counts["ev0", "OUT_OF_STOCK"] == 2
    assert len(kept._counts) == MAX_KEPT
    away.close()


async def test_two_processes_add_to_the_same_count(mongo: Mongo) -> None:
    await ensure_collections(mongo.write, COLLECTIONS)
    processes = [RefusalCounter(RefusalStore(mongo)) for _ in range(8)]
    for process in processes:
        for _ in range(5):
            process.count("ev1", "OUT_OF_STOCK")
    await asyncio.gather(*(process.flush() for process in processes))
    assert [row["count"] async for row in mongo.write["refusals"].find({})] == [40]
    for process in processes:
        await process.flush()
    assert [row["count"] async for row in mongo.write["refusals"].find({})] == [40]
