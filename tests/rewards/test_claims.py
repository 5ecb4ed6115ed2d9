"""Claims against a real MongoDB: exact under any crowd, and settled by their key when an answer is lost."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from subgraphs.runtime.mongo import Mongo
from tests.fixtures.commands import CommandLog
from tests.fixtures.issuer import Issuer
from tests.rewards.claiming import CLAIM, Claiming
from tests.rewards.events_service import EventsService


def kinds(answers: list[dict[str, Any]]) -> Counter[str]:
    return Counter(answer["__typename"] for answer in answers)


@pytest.mark.parametrize("repetition", range(10))
async def test_of_two_hundred_at_two_processes_fifty_get_one_of_fifty(
    claiming: Claiming, start_rewards: Callable[..., Any], repetition: int
) -> None:
    other = await start_rewards(claim_seconds=20)
    offer_id = await claiming.offer(stockTotal=50)
    claims = [(f"us{n}", "tap") for n in range(200)]
    answers = await claiming.claims(offer_id, claims, claiming.rewards, other)
    assert kinds(answers) == {"ClaimRewardSuccess": 50, "OutOfStock": 150}
    await claiming.check_sums()


@pytest.mark.parametrize(
    ("limits", "refusal"), [({"stockTotal": 100}, "OutOfStock"), ({"pointsBudget": 10_000}, "BudgetExhausted")]
)
async def test_a_thousand_at_once_at_two_processes_take_a_hundred_and_not_one_more(
    claiming: Claiming, start_rewards: Callable[..., Any], limits: dict[str, Any], refusal: str
) -> None:
    processes = [await start_rewards(claim_seconds=60) for _ in range(2)]
    offer_id = await claiming.offer(**limits)
    answers = await claiming.claims(offer_id, [(f"us{n}", "tap") for n in range(1000)], *processes)
    assert kinds(answers) == {"ClaimRewardSuccess": 100, refusal: 900}
    await claiming.check_sums()


async def test_a_budget_of_twenty_grants_gives_twenty(claiming: Claiming) -> None:
    offer_id = await claiming.offer(pointsBudget=2099)
    answers = await claiming.claims(offer_id, [(f"us{n}", "tap") for n in range(60)])
    assert kinds(answers) == {"ClaimRewardSuccess": 20, "BudgetExhausted": 40}
    await claiming.check_sums()


@pytest.mark.parametrize("repetition", range(10))
async def test_one_key_fifty_times_at_two_processes_is_one_grant(
    claiming: Claiming, start_rewards: Callable[..., Any], repetition: int
) -> None:
    other = await start_rewards(claim_seconds=20)
    offer_id = await claiming.offer(perUser={"count": 3, "period": "DAY"}, stockTotal=10)
    answers = await claiming.claims(offer_id, [("us1", "tap")] * 50, claiming.rewards, other)
    assert kinds(answers) == {"ClaimRewardSuccess": 50}
    assert len({answer["request"]["id"] for answer in answers}) == 1
    assert sum(not answer["isReplay"] for answer in answers) == 1
    await claiming.check_sums()


@pytest.mark.parametrize(("count", "period"), [(1, "EVER"), (3, "DAY")])
async def test_fifty_keys_of_one_user_give_what_the_limit_allows(
    claiming: Claiming, start_rewards: Callable[..., Any], count: int, period: str
) -> None:
    other = await start_rewards(claim_seconds=20)
    offer_id = await claiming.offer(perUser={"count": count, "period": period})
    answers = await claiming.claims(offer_id, [("us1", f"tap{n}") for n in range(50)], claiming.rewards, other)
    assert kinds(answers) == {"ClaimRewardSuccess": count, "LimitReached": 50 - count}
    await claiming.check_sums()


async def test_one_user_at_twenty_offers_at_once_has_one_ledger(claiming: Claiming) -> None:
    offers = [await claiming.offer() for _ in range(20)]
    answers = await asyncio.gather(*(claiming.claim(offer, "us1", offer) for offer in offers))
    assert kinds(list(answers)) == {"ClaimRewardSuccess": 20}
    await claiming.check_sums()


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 4, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 2, 5, tzinfo=UTC)),
        # Here midnight itself is skipped.
        ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),
    ],
)
async def test_a_day_s_limit_ends_to_the_millisecond_at_the_zone_s_midnight(
    claiming: Claiming, events_service: EventsService, zone: str, midnight: datetime
) -> None:
    assert events_service.event is not None
    events_service.event["timezone"] = zone
    offer_id = await claiming.offer(perUser={"count": 1, "period": "DAY"})
    claiming.clock.set(midnight - timedelta(hours=1))
    assert (await claiming.claim(offer_id, "us1", "a"))["__typename"] == "ClaimRewardSuccess"
    claiming.clock.set(midnight - timedelta(milliseconds=1))
    refused = await claiming.claim(offer_id, "us1", "b")
    assert refused["__typename"] == "LimitReached"
    assert refused["resetsAt"] == midnight.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    claiming.clock.set(midnight)
    assert (await claiming.claim(offer_id, "us1", "b"))["__typename"] == "ClaimRewardSuccess"
    await claiming.check_sums()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": "DRAFT"}, {"__typename": "NotFound"}),
        ({"status": "ARCHIVED"}, {"__typename": "NotFound"}),
        (
            {"status": "SCHEDULED", "startsAt": "2026-04-01T00:00:00.000Z"},
            {"__typename": "EventNotOpen", "opensAt": "2026-04-01T00:00:00.000Z", "closedAt": None},
        ),
        (
            {"status": "ENDED", "endsAt": "2026-02-01T00:00:00.000Z"},
            {"__typename": "EventNotOpen", "opensAt": None, "closedAt": "2026-02-01T00:00:00.000Z"},
        ),
        ({"status": "PAUSED"}, {"__typename": "EventNotOpen", "opensAt": None, "closedAt": None}),
    ],
)
async def test_an_event_that_is_not_open_gives_nothing(
    claiming: Claiming, events_service: EventsService, change: dict[str, Any], expected: dict[str, Any]
) -> None:
    offer_id = await claiming.offer(stockTotal=1)
    assert events_service.event is not None
    events_service.event.update(change)
    answer = await claiming.claim(offer_id, "us1")
    assert expected.items() <= answer.items()
    assert await claiming.mongo.write["requests"].count_documents({}) == 0
    await claiming.check_sums()


async def test_who_does_not_satisfy_the_rule_is_told_what_is_missing(
    claiming: Claiming, events_service: EventsService
) -> None:
    offer_id = await claiming.offer()
    events_service.unsatisfied = {"us1"}
    answer = await claiming.claim(offer_id, "us1")
    assert (answer["__typename"], answer["unmetConditionIds"]) == ("ConditionsNotMet", ["c1"])
    events_service.unsatisfied = set()
    assert (await claiming.claim(offer_id, "us1"))["__typename"] == "ClaimRewardSuccess"


@pytest.mark.parametrize("offer_id", ["ev1.unknown", "nonsense", "", "x" * 500, "ev1."])
async def test_an_offer_that_is_not_there_is_not_found(claiming: Claiming, offer_id: str) -> None:
    assert (await claiming.claim(offer_id, "us1"))["code"] == "NOT_FOUND"


async def test_a_disabled_offer_is_not_found(claiming: Claiming, mongo: Mongo) -> None:
    offer_id = await claiming.offer()
    await mongo.write["offers"].update_one({"_id": offer_id}, {"$set": {"enabled": False}})
    assert (await claiming.claim(offer_id, "us1"))["__typename"] == "NotFound"
    await claiming.check_sums()


async def test_a_key_belongs_to_one_offer_and_each_user_has_their_own(claiming: Claiming) -> None:
    first, second = await claiming.offer(), await claiming.offer()
    made = await claiming.claim(first, "us1", "tap")
    assert (await claiming.claim(second, "us1", "tap"))["code"] == "IDEMPOTENCY_CONFLICT"
    assert (await claiming.claim(second, "us2", "tap"))["__typename"] == "ClaimRewardSuccess"
    replay = await claiming.claim(first, "us1", "tap")
    assert (replay["isReplay"], replay["request"]["id"]) == (True, made["request"]["id"])
    await claiming.check_sums()


@pytest.mark.parametrize("key", ["", "x" * 129, "a\x00b"])
async def test_a_key_that_is_none_is_refused(claiming: Claiming, key: str) -> None:
    offer_id = await claiming.offer()
    assert (await claiming.claim(offer_id, "us1", key))["code"] == "VALIDATION_FAILED"
    assert await claiming.mongo.write["requests"].count_documents({}) == 0


@pytest.mark.parametrize("failure", ["status", "errors", "text", "slow"])
async def test_when_events_does_not_answer_it_is_try_again_and_never_a_yes(
    claiming: Claiming, start_rewards: Callable[..., Any], events_service: EventsService, failure: str
) -> None:
    hasty = await start_rewards(eligibility_seconds=0.2, claim_seconds=1.5)
    offer_id = await claiming.offer(stockTotal=1)
    if failure == "slow":
        events_service.delay = 3
    else:
        events_service.failure = failure
    answer = await claiming.claim(offer_id, "us1", at=hasty)
    assert answer["__typename"] == "TryAgain"
    assert await claiming.mongo.write["requests"].count_documents({}) == 0
    events_service.delay, events_service.failure = 0, None
    assert (await claiming.claim(offer_id, "us1"))["__typename"] == "ClaimRewardSuccess"
    await claiming.check_sums()


async def test_claims_that_come_together_ask_events_together_and_commit_in_groups(
    claiming: Claiming, events_service: EventsService, commands: CommandLog
) -> None:
    offer_id = await claiming.offer()
    # While the first question waits for its answer, all the others come in.
    events_service.delay = 0.5
    with commands.recording() as sent:
        answers = await claiming.claims(offer_id, [(f"us{n}", "tap") for n in range(100)])
    assert kinds(answers) == {"ClaimRewardSuccess": 100}
    commits = [name for _, name, _ in sent if name == "commitTransaction"]
    assert len(commits) <= 10
    assert len([users for users in events_service.asked if users]) <= 10
    await claiming.check_sums()


async def test_a_lone_claim_costs_sixteen_commands(claiming: Claiming, commands: CommandLog) -> None:
    offer_id = await claiming.offer(stockTotal=5)
    with commands.recording() as sent:
        await claiming.claim(offer_id, "us1")
    names = Counter(name for _, name, _ in sent)
    # Reads: the key and the offer, then in the transaction offer, reward, stock, key, live requests, the wallet's head and
    # what has lapsed in it.
    # Writes: ledger, lot, request, audit, outbox, and last the stock. Before the answer, nothing else.
    assert names == {"find": 8, "aggregate": 1, "insert": 5, "update": 1, "commitTransaction": 1}
    assert [name for _, name, _ in sent][-2:] == ["update", "commitTransaction"]


async def test_a_commit_whose_acknowledgement_is_lost_is_one_grant(
    claiming: Claiming, mongo: Mongo, mongo_url: str
) -> None:
    offer_id = await claiming.offer(stockTotal=3)
    from motor.motor_asyncio import AsyncIOMotorClient

    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    fail = {"failCommands": ["commitTransaction"], "closeConnection": True}
    await client.admin.command({"configureFailPoint": "failCommand", "mode": {"times": 2}, "data": fail})
    answer = await claiming.claim(offer_id, "us1")
    await client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})
    client.close()
    assert answer["__typename"] in ("ClaimRewardSuccess", "TryAgain")
    again = await claiming.claim(offer_id, "us1")
    assert again["__typename"] == "ClaimRewardSuccess"
    assert await mongo.write["requests"].count_documents({}) == 1
    await claiming.check_sums()


async def test_a_store_out_of_reach_is_try_again(
    start_rewards: Callable[..., Any], claiming: Claiming, issuer: Issuer
) -> None:
    offer_id = await claiming.offer()
    away = await start_rewards(
        mongo_url="mongodb://127.0.0.1:9/?replicaSet=x", mongo_timeout_seconds=1, claim_seconds=3
    )
    answer = await away.graphql(CLAIM, {"offer": offer_id, "key": "tap"}, token=issuer.token("us1"))
    assert answer.data["claimReward"]["__typename"] == "TryAgain"


async def test_points_that_lapse_leave_the_balance_at_their_instant(claiming: Claiming) -> None:
    lasting, lapsing = await claiming.offer(), await claiming.offer(await claiming.reward(30, expireAfterDays=10))
    for offer_id in (lasting, lapsing):
        await claiming.claim(offer_id, "us1", offer_id)
    query = """{ _entities(representations: [{__typename: "User", id: "us1"}]) { ... on User { wallet {
      balance nextExpiry { points at } } } } }"""

    async def wallet() -> dict[str, Any]:
        answer = await claiming.rewards.graphql(query, token=claiming.issuer.token("us1"))
        found: dict[str, Any] = answer.data["_entities"][0]["wallet"]
        return found

    assert await wallet() == {"balance": 130, "nextExpiry": {"points": 30, "at": "2026-03-12T12:00:00.000Z"}}
    claiming.clock.advance(days=10, milliseconds=-1)
    assert (await wallet())["balance"] == 130
    claiming.clock.advance(milliseconds=1)
    assert await wallet() == {"balance": 100, "nextExpiry": None}
