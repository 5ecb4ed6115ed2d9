"""Rewards and offers made, and what is seen of them, of requests and of wallets."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.rewards.model.period import LimitPeriod, period_key, resets_at
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.commands import CommandLog
from tests.rewards.claiming import CREATE_OFFER, CREATE_REWARD, Claiming
from tests.rewards.events_service import EventsService

ZONES = ["UTC", "Asia/Seoul", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe"]


@given(
    st.datetimes(timezones=st.just(__import__("datetime").UTC)).filter(lambda at: 1990 < at.year < 2100),
    st.sampled_from(ZONES),
    st.sampled_from([LimitPeriod.DAY, LimitPeriod.WEEK, LimitPeriod.MONTH]),
)
def test_a_period_lasts_until_just_before_it_resets(at: Any, zone: str, period: LimitPeriod) -> None:
    from datetime import timedelta

    edge = resets_at(period, at, zone)
    assert edge is not None
    assert edge > at
    assert period_key(period, edge - timedelta(milliseconds=1), zone) == period_key(period, at, zone)
    assert period_key(period, edge, zone) != period_key(period, at, zone)


def test_for_ever_never_resets() -> None:
    from tests.events.factories import NOON

    assert resets_at(LimitPeriod.EVER, NOON, "UTC") is None
    assert period_key(LimitPeriod.EVER, NOON, "UTC") == "EVER"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": ""}, ["input", "points", "name"]),
        ({"points": 0}, ["input", "points", "points"]),
        ({"points": 1_000_000_001}, ["input", "points", "points"]),
        ({"expireAfterDays": 0}, ["input", "points", "expireAfterDays"]),
        ({"imageUrl": "ftp://example.com"}, ["input", "points", "imageUrl"]),
    ],
)
async def test_a_bad_reward_is_refused_and_not_made(
    claiming: Claiming, mongo: Mongo, change: dict[str, Any], path: list[str]
) -> None:
    variables = {"input": {"points": {"name": "P", "points": 1, **change}}, "key": "k"}
    answer = (await claiming.rewards.graphql(CREATE_REWARD, variables, token=claiming.operator)).data["createReward"]
    assert [violation["path"] for violation in answer["violations"]] == [path]
    assert await mongo.write["rewards"].count_documents({}) == 0


@pytest.mark.parametrize("given_kinds", [{}, {"points": {"name": "a", "points": 1}, "badge": {"name": "b"}}])
async def test_exactly_one_kind_of_reward_is_made(claiming: Claiming, given_kinds: dict[str, Any]) -> None:
    variables = {"input": given_kinds, "key": "k"}
    answer = (await claiming.rewards.graphql(CREATE_REWARD, variables, token=claiming.operator)).data["createReward"]
    assert answer["violations"] == [{"path": ["input"], "code": "EXACTLY_ONE"}]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"perUser": {"count": 0, "period": "DAY"}}, ["input", "perUser", "count"]),
        ({"stockTotal": -1}, ["input", "stockTotal"]),
        ({"pointsBudget": -1}, ["input", "pointsBudget"]),
        ({"reservationSeconds": 1}, ["input", "reservationSeconds"]),
        ({"position": -1}, ["input", "position"]),
    ],
)
async def test_a_bad_offer_is_refused_and_not_made(
    claiming: Claiming, mongo: Mongo, change: dict[str, Any], path: list[str]
) -> None:
    variables = {"input": {"eventId": "ev1", "rewardId": await claiming.reward(), **change}, "key": "k"}
    answer = (await claiming.rewards.graphql(CREATE_OFFER, variables, token=claiming.operator)).data["createOffer"]
    assert [violation["path"] for violation in answer["violations"]] == [path]
    assert await mongo.write["offers"].count_documents({}) == 0
    assert await mongo.write["stock"].count_documents({}) == 0


async def test_an_offer_needs_its_event_and_its_reward(
    claiming: Claiming, mongo: Mongo, events_service: EventsService
) -> None:
    variables = {"input": {"eventId": "ev1", "rewardId": "rw0"}, "key": "k"}
    answer = await claiming.rewards.graphql(CREATE_OFFER, variables, token=claiming.operator)
    assert answer.data["createOffer"] == {"__typename": "NotFound", "id": "rw0", "code": "NOT_FOUND"}
    events_service.event = None
    variables = {"input": {"eventId": "ev0", "rewardId": await claiming.reward()}, "key": "k"}
    answer = await claiming.rewards.graphql(CREATE_OFFER, variables, token=claiming.operator)
    assert answer.data["createOffer"]["id"] == "ev0"
    events_service.failure = "status"
    assert (await claiming.rewards.graphql(CREATE_OFFER, variables, token=claiming.operator)).codes == ["UNAVAILABLE"]
    assert await mongo.write["offers"].count_documents({}) == 0


async def test_one_key_makes_one_offer_and_positions_follow(claiming: Claiming, mongo: Mongo) -> None:
    reward_id = await claiming.reward()
    variables = {"input": {"eventId": "ev1", "rewardId": reward_id}, "key": "k"}
    answers = await asyncio.gather(
        *(claiming.rewards.graphql(CREATE_OFFER, variables, token=claiming.operator) for _ in range(10))
    )
    assert len({answer.data["createOffer"]["offer"]["id"] for answer in answers}) == 1
    assert await mongo.write["stock"].count_documents({}) == 1
    await claiming.offer(reward_id)
    positions = [row["position"] async for row in mongo.write["offers"].find({}, sort=[("position", 1)])]
    assert positions == [0, 1]


async def test_an_event_has_at_most_fifty_offers(claiming: Claiming, mongo: Mongo) -> None:
    reward_id = await claiming.reward()
    for _ in range(50):
        await claiming.offer(reward_id)
    variables = {"input": {"eventId": "ev1", "rewardId": reward_id}, "key": "k"}
    answer = await claiming.rewards.graphql(CREATE_OFFER, variables, token=claiming.operator)
    assert answer.data["createOffer"]["violations"][0]["code"] == "TOO_MANY"
    assert await mongo.write["offers"].count_documents({}) == 50


async def test_what_is_left_is_for_all_and_the_rest_of_the_stock_for_staff(claiming: Claiming) -> None:
    offer_id = await claiming.offer(stockTotal=5, pointsBudget=1000)
    await claiming.claim(offer_id, "us1")
    query = """query O($id: ID!) { rewardOffer(id: $id) { stock { total remaining reserved issued }
      budget { limit remaining reserved spent } } }"""
    public = (await claiming.rewards.graphql(query, {"id": offer_id})).data["rewardOffer"]
    assert public == {"stock": {"total": 5, "remaining": 4, "reserved": None, "issued": None}, "budget": None}
    to_staff = (await claiming.rewards.graphql(query, {"id": offer_id}, token=claiming.operator)).data["rewardOffer"]
    assert to_staff == {
        "stock": {"total": 5, "remaining": 4, "reserved": 0, "issued": 1},
        "budget": {"limit": 1000, "remaining": 900, "reserved": 0, "spent": 100},
    }


async def test_a_disabled_offer_shows_to_staff_alone(claiming: Claiming, mongo: Mongo) -> None:
    offer_id = await claiming.offer()
    await mongo.write["offers"].update_one({"_id": offer_id}, {"$set": {"enabled": False}})
    query = """query O($id: ID!) { rewardOffer(id: $id) { id }
      _entities(representations: [{__typename: "Event", id: "ev1"}]) { ... on Event {
        offers(includeDisabled: true) { id } } } }"""
    hidden = (await claiming.rewards.graphql(query, {"id": offer_id}, token=claiming.issuer.token("us1"))).data
    assert hidden == {"rewardOffer": None, "_entities": [{"offers": []}]}
    shown = (await claiming.rewards.graphql(query, {"id": offer_id}, token=claiming.operator)).data
    assert shown == {"rewardOffer": {"id": offer_id}, "_entities": [{"offers": [{"id": offer_id}]}]}


async def test_requests_and_entries_are_paged_both_ways_in_one_command_for_many_users(
    claiming: Claiming, commands: CommandLog
) -> None:
    offer_id = await claiming.offer(perUser={"count": 10, "period": "EVER"})
    for number in range(7):
        claiming.clock.advance(minutes=1)
        await claiming.claims(offer_id, [(user, f"tap{number}") for user in ("us1", "us2")])
    query = """query P($of: [_Any!]!, $first: Int, $after: String) { _entities(representations: $of) { ... on User {
      rewardRequests(first: $first, after: $after) { totalCount edges { node { id createdAt reward { id } offer { id } } }
        pageInfo { hasNextPage endCursor } } } } }"""
    both = [{"__typename": "User", "id": user} for user in ("us1", "us2")]
    with commands.recording() as sent:
        answer = await claiming.rewards.graphql(query, {"of": both, "first": 3}, token=claiming.operator)
    assert [entity["rewardRequests"]["totalCount"] for entity in answer.data["_entities"]] == [7, 7]
    assert sorted(name for _, name, _ in sent) == ["aggregate", "aggregate", "aggregate", "find", "find"]
    seen: list[str] = []
    after = None
    for _ in range(3):
        variables = {"of": both[:1], "first": 3, "after": after}
        page = (await claiming.rewards.graphql(query, variables, token=claiming.operator)).data["_entities"][0]
        seen += [edge["node"]["createdAt"] for edge in page["rewardRequests"]["edges"]]
        after = page["rewardRequests"]["pageInfo"]["endCursor"]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 7


@pytest.mark.parametrize("bounds", ["first: 0", "first: 101", 'after: "forged"'])
async def test_a_bad_page_of_a_wallet_is_bad_user_input(claiming: Claiming, bounds: str) -> None:
    query = f"""{{ _entities(representations: [{{__typename: "User", id: "us1"}}]) {{ ... on User {{
      wallet {{ entries({bounds}) {{ edges {{ node {{ id }} }} }} }} }} }} }}"""
    assert (await claiming.rewards.graphql(query, token=claiming.issuer.token("us1"))).codes == ["BAD_USER_INPUT"]


async def test_of_sixty_offers_made_at_once_an_event_keeps_fifty(claiming: Claiming, mongo: Mongo) -> None:
    reward_id = await claiming.reward()

    async def made(number: int) -> str:
        variables = {"input": {"eventId": "ev1", "rewardId": reward_id}, "key": f"k{number}"}
        answer = await claiming.rewards.graphql(CREATE_OFFER, variables, token=claiming.operator)
        kind: str = answer.data["createOffer"]["__typename"]
        return kind

    answers = Counter(await asyncio.gather(*(made(number) for number in range(60))))
    assert answers == {"OfferSuccess": 50, "ValidationFailed": 10}
    assert await mongo.write["offers"].count_documents({}) == await mongo.write["stock"].count_documents({}) == 50


async def test_a_key_of_an_offer_with_other_arguments_is_a_conflict_and_makes_nothing(
    claiming: Claiming, mongo: Mongo
) -> None:
    wanted = {"eventId": "ev1", "rewardId": await claiming.reward()}
    kinds = []
    for stock in (10, 20):
        variables = {"input": {**wanted, "stockTotal": stock}, "key": "k"}
        answer = await claiming.rewards.graphql(CREATE_OFFER, variables, token=claiming.operator)
        kinds.append(answer.data["createOffer"]["__typename"])
    assert kinds == ["OfferSuccess", "IdempotencyConflict"]
    assert await mongo.write["stock"].distinct("total") == [10]
    assert await mongo.write["offers"].count_documents({}) == 1
