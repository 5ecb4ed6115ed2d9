"""What a user is told to expect of a claim: what the claim then says, for whole pages at the price of a few commands."""

from typing import Any

import pytest

from tests.fixtures.commands import CommandLog
from tests.rewards.claiming import Claiming
from tests.rewards.events_service import EventsService
from tests.rewards.test_coupon_codes import add
from tests.rewards.test_updates import update_offer

QUERY = """query C($id: ID!) { rewardOffer(id: $id) { id myClaimability { status claimsLeft resetsAt } } }"""
PAGE = """query P($of: [_Any!]!) { _entities(representations: $of) { ... on Event { offers {
  id reward { name } stock { remaining } myClaimability { status claimsLeft } } } } }"""
# What a claim says where the hint says this.
REFUSALS = {
    "CONDITIONS_NOT_MET": "ConditionsNotMet",
    "EVENT_NOT_OPEN": "EventNotOpen",
    "OUT_OF_STOCK": "OutOfStock",
    "LIMIT_REACHED": "LimitReached",
    "BUDGET_EXHAUSTED": "BudgetExhausted",
}


async def hint(claiming: Claiming, offer_id: str, user_id: str = "us1") -> Any:
    answer = await claiming.rewards.graphql(QUERY, {"id": offer_id}, token=claiming.issuer.token(user_id))
    return answer.data["rewardOffer"]["myClaimability"]


async def agrees(claiming: Claiming, offer_id: str, status: str, user_id: str = "us1") -> None:
    """The hint says `status`, and a claim the same."""
    assert (await hint(claiming, offer_id, user_id))["status"] == status
    answer = await claiming.claim(offer_id, user_id, f"after {status}")
    assert answer["__typename"] == REFUSALS[status]


async def test_what_can_be_claimed_says_how_often_and_until_when(claiming: Claiming) -> None:
    offer_id = await claiming.offer(perUser={"count": 2, "period": "DAY"}, stockTotal=5)
    midnight = "2026-03-03T00:00:00.000Z"
    assert await hint(claiming, offer_id) == {"status": "CLAIMABLE", "claimsLeft": 2, "resetsAt": midnight}
    await claiming.claim(offer_id, "us1", "a")
    assert await hint(claiming, offer_id) == {"status": "CLAIMABLE", "claimsLeft": 1, "resetsAt": midnight}
    await claiming.claim(offer_id, "us1", "b")
    assert await hint(claiming, offer_id) == {"status": "LIMIT_REACHED", "claimsLeft": 0, "resetsAt": midnight}
    await agrees(claiming, offer_id, "LIMIT_REACHED")
    assert (await hint(claiming, offer_id, "us2"))["claimsLeft"] == 2
    claiming.clock.advance(days=1)
    assert (await hint(claiming, offer_id))["status"] == "CLAIMABLE"


async def test_a_limit_for_ever_never_resets(claiming: Claiming) -> None:
    offer_id = await claiming.offer()
    await claiming.claim(offer_id, "us1")
    assert await hint(claiming, offer_id) == {"status": "LIMIT_REACHED", "claimsLeft": 0, "resetsAt": None}


async def test_a_lowered_limit_leaves_nothing_and_not_less(claiming: Claiming) -> None:
    offer_id = await claiming.offer(perUser={"count": 3, "period": "EVER"})
    await claiming.claims(offer_id, [("us1", key) for key in "abc"])
    await update_offer(claiming, offer_id, perUser={"count": 1, "period": "EVER"})
    assert (await hint(claiming, offer_id))["claimsLeft"] == 0
    await agrees(claiming, offer_id, "LIMIT_REACHED")
    # Of the three only the last still counts.
    await claiming.mongo.write["requests"].update_many({"slot": {"$lt": 2}}, {"$set": {"live": False}})
    await agrees(claiming, offer_id, "LIMIT_REACHED")


async def test_days_are_those_of_the_event(claiming: Claiming, events_service: EventsService) -> None:
    assert events_service.event is not None
    events_service.event["timezone"] = "Asia/Seoul"
    offer_id = await claiming.offer(perUser={"count": 1, "period": "DAY"})
    assert (await hint(claiming, offer_id))["resetsAt"] == "2026-03-02T15:00:00.000Z"


async def test_an_empty_stock_or_pool_and_a_spent_budget_say_so(claiming: Claiming) -> None:
    stock = await claiming.offer(stockTotal=1)
    budget = await claiming.offer(pointsBudget=150)
    for offer_id, status in ((stock, "OUT_OF_STOCK"), (budget, "BUDGET_EXHAUSTED")):
        assert (await hint(claiming, offer_id))["status"] == "CLAIMABLE"
        await claiming.claim(offer_id, "us0", status)
        await agrees(claiming, offer_id, status)
    coupon = await claiming.reward(kind="coupon")
    pool = await claiming.offer(coupon)
    assert (await hint(claiming, pool))["status"] == "OUT_OF_STOCK"
    await add(claiming, coupon, codes=["CODE-1"])
    assert (await hint(claiming, pool))["status"] == "CLAIMABLE"


@pytest.mark.parametrize("status", ["SCHEDULED", "PAUSED", "ENDED"])
async def test_an_event_that_is_not_open_comes_before_all_but_the_switch(
    claiming: Claiming, events_service: EventsService, status: str
) -> None:
    offer_id = await claiming.offer(stockTotal=0)
    assert events_service.event is not None
    events_service.event["status"] = status
    events_service.unsatisfied = {"us1"}
    await agrees(claiming, offer_id, "EVENT_NOT_OPEN")
    events_service.event["status"] = "ACTIVE"
    await agrees(claiming, offer_id, "CONDITIONS_NOT_MET")
    events_service.unsatisfied = set()
    await agrees(claiming, offer_id, "OUT_OF_STOCK")


async def test_an_offer_that_is_off_says_so_to_staff(claiming: Claiming) -> None:
    offer_id = await claiming.offer()
    await update_offer(claiming, offer_id, enabled=False)
    answer = await claiming.rewards.graphql(QUERY, {"id": offer_id}, token=claiming.operator)
    assert answer.data["rewardOffer"]["myClaimability"]["status"] == "DISABLED"


async def test_nobody_is_told_nothing_and_events_silent_spoil_only_the_hint(
    claiming: Claiming, events_service: EventsService
) -> None:
    offer_id = await claiming.offer()
    anonymous = await claiming.rewards.graphql(QUERY, {"id": offer_id})
    assert anonymous.data["rewardOffer"] == {"id": offer_id, "myClaimability": None}
    service = await claiming.rewards.graphql(QUERY, {"id": offer_id}, token=claiming.issuer.service_token())
    assert service.data["rewardOffer"]["myClaimability"] is None
    events_service.failure = "status"
    assert await hint(claiming, offer_id) is None


async def test_a_page_of_twenty_events_costs_one_question_and_a_handful_of_commands(
    claiming: Claiming, events_service: EventsService, commands: CommandLog
) -> None:
    reward_id, coupon = await claiming.reward(), await claiming.reward(kind="coupon")
    for number in range(20):
        for given in (reward_id, coupon):
            await claiming.offer(given, eventId=f"ev{number}")
    assert events_service.event is not None
    events_service.others = {"ev7": {**events_service.event, "status": "ENDED"}}
    events_service.asked.clear()
    of = [{"__typename": "Event", "id": f"ev{number}"} for number in range(20)]
    with commands.recording() as sent:
        answer = await claiming.rewards.graphql(PAGE, {"of": of}, token=claiming.issuer.token("us1"))
    told = [[offer["myClaimability"]["status"] for offer in event["offers"]] for event in answer.data["_entities"]]
    expected = ["CLAIMABLE", "OUT_OF_STOCK"]
    assert told == [expected] * 7 + [["EVENT_NOT_OPEN"] * 2] + [expected] * 12
    assert events_service.asked == [["us1"]]
    # Offers, stocks, rewards, the user's requests, and which pools have a code.
    assert sorted(name for _, name, _ in sent) == ["aggregate", "find", "find", "find", "find"]
