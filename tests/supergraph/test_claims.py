"""Claims through the router, many at once: never one too many, never one lost."""

import secrets
import signal
from collections import Counter
from typing import Any

import pytest

from tests.fixtures.graph import Graph

STOCK = "query Stock($id: ID!) { rewardOffer(id: $id) { stock { total remaining reserved issued } } }"
WALLET = """query Wallet($id: ID!) {
  rewardRequest(id: $id) { user { wallet { balance entries { edges { node { points } } } } } } }"""


def users(count: int) -> list[str]:
    return [f"us{secrets.token_hex(10)}" for _ in range(count)]


async def stock(graph: Graph, offer_id: str) -> dict[str, Any]:
    answer = await graph(STOCK, {"id": offer_id}, token=graph.operator)
    found: dict[str, Any] = answer.data["rewardOffer"]["stock"]
    return found


async def wallet(graph: Graph, user_id: str, request_id: str) -> dict[str, Any]:
    answer = await graph(WALLET, {"id": request_id}, token=graph.token(user_id))
    found: dict[str, Any] = answer.data["rewardRequest"]["user"]["wallet"]
    return found


@pytest.mark.parametrize("repetition", range(10))
async def test_of_two_hundred_who_claim_fifty_units_at_once_fifty_get_one(graph: Graph, repetition: int) -> None:
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"], stockTotal=50)
    everyone = users(200)
    await graph.did_quest(*everyone)
    answers = await graph.claims(offer_id, [(user, "tap") for user in everyone])
    outcomes = Counter(answer["__typename"] for answer in answers)
    assert outcomes == {"ClaimRewardSuccess": 50, "OutOfStock": 150}
    assert await stock(graph, offer_id) == {"total": 50, "remaining": 0, "reserved": 0, "issued": 50}
    won = [
        (user, answer["request"]["id"]) for user, answer in zip(everyone, answers, strict=True) if "request" in answer
    ]
    for user, request_id in won[:5]:
        assert (await wallet(graph, user, request_id))["balance"] == 100


@pytest.mark.parametrize("repetition", range(10))
async def test_the_same_key_fifty_times_at_once_is_one_grant(graph: Graph, repetition: int) -> None:
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"], perUser={"count": 5, "period": "EVER"}, stockTotal=10)
    (user,) = users(1)
    await graph.did_quest(user)
    answers = await graph.claims(offer_id, [(user, "one-tap")] * 50)
    assert Counter(answer["__typename"] for answer in answers) == {"ClaimRewardSuccess": 50}
    assert len({answer["request"]["id"] for answer in answers}) == 1
    assert sum(not answer["isReplay"] for answer in answers) == 1
    assert (await stock(graph, offer_id))["issued"] == 1
    held = await wallet(graph, user, answers[0]["request"]["id"])
    assert held == {
        "balance": 100,
        "entries": {"edges": [{"node": {"points": 100}}]},
    }


async def test_a_refused_claim_is_decided_anew_under_the_same_key(graph: Graph) -> None:
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"])
    (user,) = users(1)
    refused = await graph.claim(offer_id, user, "tap")
    assert refused["__typename"] == "ConditionsNotMet"
    assert refused["unmetConditionIds"] == ["c1"]
    assert refused["event"] == {"id": event["id"], "name": refused["event"]["name"]}
    await graph.did_quest(user)
    assert (await graph.claim(offer_id, user, "tap"))["__typename"] == "ClaimRewardSuccess"
    again = await graph.claim(offer_id, user, "another tap")
    assert (again["__typename"], again["limit"], again["period"]) == ("LimitReached", 1, "EVER")


async def test_a_claim_while_events_is_paused_is_try_again_and_settled_by_its_key(graph: Graph) -> None:
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"], stockTotal=5)
    (user,) = users(1)
    await graph.did_quest(user)
    graph.stack.send("events", signal.SIGSTOP)
    try:
        answer = await graph.run("mobile/ClaimReward", {"offerId": offer_id, "key": "tap"}, token=graph.token(user))
    finally:
        graph.stack.send("events", signal.SIGCONT)
    assert answer.partial["claimReward"]["__typename"] == "TryAgain"
    assert (await stock(graph, offer_id))["issued"] == 0
    assert (await graph.claim(offer_id, user, "tap"))["__typename"] == "ClaimRewardSuccess"
    assert (await stock(graph, offer_id))["issued"] == 1
