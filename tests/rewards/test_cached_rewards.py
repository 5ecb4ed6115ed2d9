"""Cached offers and rewards: what a read costs, what a change does, who is told what, and what is never kept."""

import asyncio
from typing import Any

import pytest

from subgraphs.rewards.store import COLLECTIONS
from subgraphs.runtime.cache.change_stream import ChangeStreamInvalidator
from subgraphs.runtime.cache.factory import build_invalidator
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.commands import CommandLog
from tests.fixtures.issuer import Issuer
from tests.rewards.claiming import Claiming
from tests.runtime.cache.test_scopes import REWARDS_QUERIES, Start, callers, compare

OFFERS = """query O($of: [_Any!]!) { _entities(representations: $of) { ... on Event {
  offers { id position enabled version reward { name } } } } }"""
STOCKS = """query S($of: [_Any!]!) { _entities(representations: $of) { ... on Event {
  offers { stock { remaining } } } } }"""
ONE = "query One($id: ID!) { rewardOffer(id: $id) { position version reward { name } } }"
MOVE = """mutation M($id: ID!, $version: Int!, $position: Int!, $enabled: Boolean!) {
  updateOffer(input: { id: $id, expectedVersion: $version, position: $position, enabled: $enabled }) {
    ... on OfferSuccess { offer { version } } } }"""
RENAME = """mutation R($id: ID!, $name: String!) { updateReward(input: { id: $id, expectedVersion: 1, name: $name }) {
  ... on RewardSuccess { reward { version } } } }"""


def of(*event_ids: str) -> dict[str, Any]:
    return {"of": [{"__typename": "Event", "id": event_id} for event_id in event_ids]}


async def test_the_offers_of_twenty_events_with_their_rewards_cost_two_pipelines_and_when_cold_two_queries(
    claiming: Claiming, start_rewards: Start, commands: CommandLog
) -> None:
    reward_ids = [await claiming.reward() for _ in range(4)]
    events = [f"ev{number}" for number in range(20)]
    for number, event_id in enumerate(events[:10]):
        await claiming.offer(reward_ids[number % 4], eventId=event_id)
    process = await start_rewards()
    with commands.recording() as sent:
        cold = (await process.graphql(OFFERS, of(*events))).data
    assert [name for _, name, _ in sent] == ["find", "find"]
    assert [len(entity["offers"]) for entity in cold["_entities"]] == [1] * 10 + [0] * 10
    await process.cache.idle()
    trips = process.cache.counts.round_trips
    with commands.recording() as sent:
        assert (await process.graphql(OFFERS, of(*events))).data == cold
    assert sent == []
    assert process.cache.counts.round_trips - trips == 2


async def test_a_change_shows_at_once_in_every_process(claiming: Claiming, start_rewards: Start) -> None:
    other = await start_rewards()
    reward_id = await claiming.reward()

    async def shown() -> list[Any]:
        return [
            [
                (offer["position"], offer["version"], offer["reward"]["name"])
                for offer in (await process.graphql(OFFERS, of("ev1"))).data["_entities"][0]["offers"]
            ]
            for process in (claiming.rewards, other)
        ]

    assert await shown() == [[], []]
    offer_id = await claiming.offer(reward_id)
    assert await shown() == [[(0, 1, "Prize")]] * 2
    await other.graphql(MOVE, {"id": offer_id, "version": 1, "position": 7, "enabled": True}, token=claiming.operator)
    assert await shown() == [[(7, 2, "Prize")]] * 2
    await claiming.rewards.graphql(RENAME, {"id": reward_id, "name": "Medal"}, token=claiming.operator)
    assert await shown() == [[(7, 2, "Medal")]] * 2
    one = [(await process.graphql(ONE, {"id": offer_id})).data["rewardOffer"] for process in (claiming.rewards, other)]
    assert one == [{"position": 7, "version": 2, "reward": {"name": "Medal"}}] * 2
    await other.graphql(MOVE, {"id": offer_id, "version": 2, "position": 7, "enabled": False}, token=claiming.operator)
    assert await shown() == [[], []]
    one = [(await process.graphql(ONE, {"id": offer_id})).data["rewardOffer"] for process in (claiming.rewards, other)]
    assert one == [None, None]


async def test_what_claims_take_shows_at_once_and_makes_nothing_old(claiming: Claiming, commands: CommandLog) -> None:
    offer_id = await claiming.offer(stockTotal=5)
    await claiming.rewards.graphql(OFFERS, of("ev1"))
    await claiming.rewards.cache.idle()
    for taken in range(1, 4):
        assert (await claiming.claim(offer_id, f"us{taken}"))["__typename"] == "ClaimRewardSuccess"
        stocks = (await claiming.rewards.graphql(STOCKS, of("ev1"))).data["_entities"][0]["offers"]
        assert stocks == [{"stock": {"remaining": 5 - taken}}]
        with commands.recording() as sent:
            await claiming.rewards.graphql(OFFERS, of("ev1"))
        assert sent == []


async def test_a_claim_is_judged_by_the_offer_as_it_is_stored(claiming: Claiming, mongo: Mongo) -> None:
    offer_id = await claiming.offer()
    await claiming.rewards.graphql(ONE, {"id": offer_id})
    await claiming.rewards.cache.idle()
    # Past the application, and nobody watches: what is cached is old for once.
    await mongo.write["offers"].update_one({"eventId": "ev1", "_id": offer_id}, {"$set": {"enabled": False}})
    assert (await claiming.claim(offer_id, "us1"))["__typename"] == "NotFound"


async def test_a_change_past_the_application_is_seen_in_the_database_s_stream(
    claiming: Claiming, mongo: Mongo, redis_url: str
) -> None:
    offer_id = await claiming.offer()
    invalidator = build_invalidator(redis_url, mongo.write.name)
    raised: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()

    async def invalidate(tags: Any) -> None:
        await invalidator.invalidate(tags)
        raised.put_nowait(tuple(tags))

    watching = asyncio.create_task(ChangeStreamInvalidator(mongo, COLLECTIONS, invalidate).run())
    assert await raised.get() == ("*",)
    assert (await claiming.rewards.graphql(ONE, {"id": offer_id})).data["rewardOffer"]["position"] == 0
    await claiming.rewards.cache.idle()
    await mongo.write["offers"].update_one({"eventId": "ev1", "_id": offer_id}, {"$set": {"position": 9}})
    assert await raised.get() == (f"RewardOffer:{offer_id}", "Event.offers:ev1")
    assert (await claiming.rewards.graphql(ONE, {"id": offer_id})).data["rewardOffer"]["position"] == 9
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await invalidator.close()


@pytest.mark.parametrize("name", REWARDS_QUERIES)
async def test_each_caller_is_told_what_they_may_see_whoever_asked_before(
    start_rewards: Start, claiming: Claiming, issuer: Issuer, name: str
) -> None:
    reward = await claiming.reward(kind="coupon")
    on, off = await claiming.offer(reward, stockTotal=3), await claiming.offer(reward, stockTotal=4)
    move = {"id": off, "version": 1, "position": 1, "enabled": False}
    disabled = await claiming.rewards.graphql(MOVE, move, token=claiming.operator)
    assert disabled.data["updateOffer"]["offer"] == {"version": 2}
    variables = {"event": "ev1", "on": on, "off": off, "reward": reward}
    await compare(start_rewards, REWARDS_QUERIES[name], variables, callers(issuer, "us1"))
