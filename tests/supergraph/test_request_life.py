"""The life of requests and of points through the router, by the clients' operations, with the stack's own worker."""

import asyncio
import secrets
from collections import Counter
from typing import Any

from tests.fixtures.graph import Graph
from tests.fixtures.waiting import until

ITEM = {"item": {"name": "Sword", "sku": "sword-1"}}
ADMIN = "krdemo0000000000000003"


async def claimers(graph: Graph, offer_id: str, count: int) -> list[str]:
    """The ids of requests of so many users who did what the event's rule wants."""
    users = [f"us{secrets.token_hex(10)}" for _ in range(count)]
    await graph.did_quest(*users)
    answers = await graph.claims(offer_id, [(user, "tap") for user in users])
    return [answer["request"]["id"] for answer in answers]


async def decide(graph: Graph, ids: list[str], decision: str, **changes: Any) -> dict[str, Any]:
    wanted = {"requestIds": ids, "decision": decision, "reason": "looked at", **changes}
    return await graph.field("web/DecideRequests", {"input": wanted, "key": secrets.token_hex(8)}, token=graph.operator)


async def test_a_hundred_requests_approved_and_rejected_at_once_have_one_outcome_each(graph: Graph) -> None:
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"], approval="MANUAL", stockTotal=100)
    ids = await claimers(graph, offer_id, 100)
    approved, rejected = await asyncio.gather(decide(graph, ids, "APPROVE"), decide(graph, ids, "REJECT"))
    won = {request["id"] for request in approved["requests"] if request}
    lost = {request["id"] for request in rejected["requests"] if request}
    assert won | lost == set(ids)
    assert not won & lost
    seen = await asyncio.gather(*(graph.field("web/RequestTrail", {"id": i}, token=graph.operator) for i in ids))
    assert (
        Counter(request["status"] for request in seen)
        == Counter({"FULFILLED": len(won), "REJECTED": len(lost)}) - Counter()
    )
    assert {len(request["history"]) for request in seen} == {2}
    auditor = graph.token("krdemo0000000000000002", "AUDITOR")
    query = "query T($id: ID!) { rewardAudit(subjectId: $id) { edges { node { action } } } }"
    for request_id in ids[:10]:
        trail = (await graph(query, {"id": request_id}, token=auditor)).data["rewardAudit"]["edges"]
        assert len(trail) == 2
    card = await graph.field("mobile/OfferCard", {"id": offer_id})
    assert card["stock"]["remaining"] == 100 - len(won)


async def test_a_thing_is_delivered_by_the_worker_and_may_be_reversed(graph: Graph) -> None:
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"], ITEM, stockTotal=1)
    (request_id,) = await claimers(graph, offer_id, 1)
    seen: dict[str, Any] = {}

    async def arrived() -> bool:
        seen.update(await graph.field("web/RequestTrail", {"id": request_id}, token=graph.operator))
        return bool(seen["status"] == "FULFILLED")

    await until(arrived)
    assert (seen["grant"]["sku"], seen["reward"]["name"]) == ("sword-1", "Sword")
    refused = await graph.field("web/RetryDelivery", {"id": request_id}, token=graph.operator)
    assert (refused["__typename"], refused["status"]) == ("IllegalStep", "FULFILLED")
    variables = {"id": request_id, "reason": "a mistake", "key": "k" + secrets.token_hex(8)}
    reversed_ = await graph.field("web/ReverseRequest", variables, token=graph.operator)
    assert reversed_["request"]["status"] == "REVERSED"
    assert (await graph.field("mobile/OfferCard", {"id": offer_id}))["stock"]["remaining"] == 1


async def test_one_takes_a_request_back_and_asks_again(graph: Graph) -> None:
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"], approval="MANUAL")
    session = await graph.registered()
    user, token = session["user"]["id"], session["accessToken"]
    await graph.did_quest(user)
    claimed = await graph.field("mobile/ClaimReward", {"offerId": offer_id, "key": "a"}, token=token)
    assert (claimed["request"]["status"], claimed["request"]["grant"]) == ("PENDING", None)
    cancelled = await graph.field("mobile/CancelRequest", {"id": claimed["request"]["id"]}, token=token)
    assert cancelled["request"]["status"] == "CANCELLED"
    again = await graph.field("mobile/ClaimReward", {"offerId": offer_id, "key": "b"}, token=token)
    await decide(graph, [again["request"]["id"]], "REJECT")
    requests = (await graph.field("mobile/MyRequests", {}, token=token))["rewardRequests"]
    assert [edge["node"]["status"] for edge in requests["edges"]] == ["REJECTED", "CANCELLED"]
    assert [edge["node"]["reason"] for edge in requests["edges"]] == ["looked at", None]


async def test_points_are_given_by_hand_and_spent_by_a_shop(graph: Graph) -> None:
    session = await graph.registered()
    user = session["user"]["id"]
    given = {"input": {"userId": user, "points": 50, "reason": "sorry"}, "key": secrets.token_hex(8)}
    added = await graph.field("web/AdjustPoints", given, token=graph.token(ADMIN, "ADMIN"))
    assert (added["wallet"]["balance"], added["entry"]["kind"]) == (50, "ADJUST")
    bought: dict[str, Any] = {"input": {"userId": user, "points": 30, "reason": "a hat"}, "key": secrets.token_hex(8)}
    for _ in range(2):
        spent = await graph.field("web/SpendPoints", bought, token=graph.stack.service_token)
        assert (spent["entry"]["points"], spent["wallet"]["balance"]) == (-30, 20)
    short = {**bought, "key": secrets.token_hex(8)}
    assert (await graph.field("web/SpendPoints", short, token=graph.stack.service_token))["shortBy"] == 10
    nobody = {"input": {**bought["input"], "userId": "kr-nobody"}, "key": secrets.token_hex(8)}
    refused = await graph.field("web/SpendPoints", nobody, token=graph.stack.service_token)
    assert (refused["__typename"], refused["id"]) == ("NotFound", "kr-nobody")
    wallet = (await graph.field("mobile/MyWallet", {}, token=session["accessToken"]))["wallet"]
    assert wallet["balance"] == 20
