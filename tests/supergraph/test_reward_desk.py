"""What operators do with rewards and offers, and what users then see of them: through the router."""

import asyncio
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from tests.fixtures.graph import Graph

ADMIN = "krdemo0000000000000003"


async def desk(graph: Graph, name: str, **variables: Any) -> dict[str, Any]:
    """An operator's operation with a key of its own where it takes one."""
    return await graph.field(f"web/{name}", variables, token=graph.operator)


async def made(graph: Graph, kind: str, **worth: Any) -> dict[str, Any]:
    """A new reward."""
    wanted = {kind: {"name": f"Prize {secrets.token_hex(4)}", **worth}}
    reward: dict[str, Any] = (await desk(graph, "CreateReward", input=wanted, key=secrets.token_hex(8)))["reward"]
    return reward


async def offered(graph: Graph, event_id: str, reward_id: str, **changes: Any) -> str:
    """A new offer's id."""
    wanted = {"eventId": event_id, "rewardId": reward_id, **changes}
    offer_id: str = (await desk(graph, "CreateOffer", input=wanted, key=secrets.token_hex(8)))["offer"]["id"]
    return offer_id


async def test_a_reward_is_made_renamed_and_found(graph: Graph) -> None:
    word = f"zephyr{secrets.token_hex(4)}"
    reward = await made(graph, "item", sku="sword")
    renamed = {"id": reward["id"], "expectedVersion": 1, "name": f"Sword of {word}"}
    changed = (await desk(graph, "UpdateReward", input=renamed))["reward"]
    assert (changed["__typename"], changed["version"]) == ("ItemReward", 2)
    assert (await desk(graph, "UpdateReward", input=renamed))["currentVersion"] == 2
    table = await desk(graph, "RewardsTable", filter={"text": word, "kinds": ["ITEM"]})
    assert [edge["node"] for edge in table["edges"]] == [
        {
            "__typename": "ItemReward",
            "id": reward["id"],
            "name": f"Sword of {word}",
            "version": 2,
            "createdAt": table["edges"][0]["node"]["createdAt"],
            "sku": "sword",
            "quantity": 1,
        }
    ]


async def test_an_offer_is_changed_and_switched_off_and_claims_follow(graph: Graph) -> None:
    event = await graph.active_event()
    offer_id = await offered(graph, event["id"], (await made(graph, "points", points=5))["id"], stockTotal=1)
    users = [f"us{secrets.token_hex(10)}" for _ in range(3)]
    await graph.did_quest(*users)
    assert (await graph.claim(offer_id, users[0], "a"))["__typename"] == "ClaimRewardSuccess"
    assert (await graph.claim(offer_id, users[1], "a"))["__typename"] == "OutOfStock"
    more = {"id": offer_id, "expectedVersion": 1, "stockTotal": 2}
    changed = (await desk(graph, "UpdateOffer", input=more))["offer"]
    assert changed["stock"] == {"total": 2, "remaining": 1, "reserved": 0, "issued": 1}
    assert (await graph.claim(offer_id, users[1], "a"))["__typename"] == "ClaimRewardSuccess"
    less = {"id": offer_id, "expectedVersion": 2, "stockTotal": 1}
    assert (await desk(graph, "UpdateOffer", input=less))["violations"][0]["code"] == "TAKEN"
    off = {"id": offer_id, "expectedVersion": 2, "enabled": False, "stockTotal": None}
    assert (await desk(graph, "UpdateOffer", input=off))["offer"]["stock"]["total"] is None
    assert (await graph.claim(offer_id, users[2], "a"))["__typename"] == "NotFound"
    listed = (await desk(graph, "OffersOfEvent", id=event["id"]))["offers"]
    assert [(offer["id"], offer["enabled"]) for offer in listed] == [(offer_id, False)]
    shown = await graph.field("web/EventPage", {"id": event["id"]}, token=graph.token(users[2]))
    assert shown["offers"] == []


async def test_a_coupon_s_code_is_seen_by_who_won_it_and_by_nobody_else(graph: Graph) -> None:
    event = await graph.active_event()
    coupon = await made(graph, "coupon")
    offer_id = await offered(graph, event["id"], coupon["id"])
    winner, late = (f"us{secrets.token_hex(10)}" for _ in range(2))
    await graph.did_quest(winner, late)
    assert (await graph.claim(offer_id, winner, "a"))["__typename"] == "OutOfStock"
    code = f"CODE-{secrets.token_hex(6)}"
    filled = await desk(
        graph, "AddCouponCodes", input={"rewardId": coupon["id"], "codes": [code, code]}, key=secrets.token_hex(8)
    )
    assert (filled["added"], filled["duplicates"]) == (1, 1)
    query = """mutation C($offer: ID!) { claimReward(input: { offerId: $offer }, idempotencyKey: "b") {
      ... on ClaimRewardSuccess { request { id grant { ... on CouponGrant { code } } } } } }"""
    won = (await graph(query, {"offer": offer_id}, token=graph.token(winner))).data["claimReward"]["request"]
    assert won["grant"] == {"code": code}
    assert (await graph.claim(offer_id, late, "b"))["__typename"] == "OutOfStock"
    one = "query R($id: ID!) { rewardRequest(id: $id) { grant { ... on CouponGrant { code } } } }"
    assert (await graph(one, {"id": won["id"]}, token=graph.token(winner))).data["rewardRequest"]["grant"] == {
        "code": code
    }
    assert (await graph(one, {"id": won["id"]}, token=graph.token(late))).data == {"rewardRequest": None}
    table = await desk(graph, "RequestsTable", filter={"offerId": offer_id})
    assert [edge["node"]["grant"] for edge in table["edges"]] == [{"__typename": "CouponGrant", "code": None}]
    trail = """query T($id: ID!, $coupon: ID!) { of: rewardAudit(subjectId: $id) { edges { node { before after } } }
      pool: rewardAudit(subjectId: $coupon) { edges { node { before after } } } }"""
    admin = graph.token(ADMIN, "ADMIN")
    told = await graph(trail, {"id": won["id"], "coupon": coupon["id"]}, token=admin)
    assert len(told.data["pool"]["edges"]) == 2
    assert code not in str(told.body)


async def test_what_a_user_can_claim_and_has_won_is_told_in_one_request_each(graph: Graph) -> None:
    event = await graph.active_event()
    badge = await made(graph, "badge", description="For the brave")
    offer_id = await offered(graph, event["id"], badge["id"])
    session = await graph.registered()
    user, token = session["user"]["id"], session["accessToken"]

    async def status() -> str:
        front = await graph.field("mobile/MyOffers", {"first": 100}, token=token)
        (mine,) = [edge["node"]["offers"] for edge in front["edges"] if edge["node"]["id"] == event["id"]]
        found: str = mine[0]["myClaimability"]["status"]
        return found

    assert await status() == "CONDITIONS_NOT_MET"
    await graph.did_quest(user)
    assert await status() == "CLAIMABLE"
    await graph.claim(offer_id, user, "a")
    assert await status() == "LIMIT_REACHED"
    badges = (await graph.field("mobile/MyBadges", {}, token=token))["badges"]
    assert [edge["node"]["description"] for edge in badges["edges"]] == ["For the brave"]


async def test_an_event_s_numbers_follow_its_claims(graph: Graph) -> None:
    event = await graph.active_event(timezone="Asia/Seoul")
    offer_id = await offered(graph, event["id"], (await made(graph, "points", points=7))["id"], stockTotal=2)
    users = [f"us{secrets.token_hex(10)}" for _ in range(5)]
    await graph.did_quest(*users)
    await graph.claims(offer_id, [(user, "a") for user in users])
    deadline = time.monotonic() + 20
    while True:
        stats = (await desk(graph, "EventStats", id=event["id"], days=2))["stats"]
        if stats["refusals"]:
            break
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    assert stats["refusals"] == [{"code": "OUT_OF_STOCK", "count": 3}]
    assert (stats["claims"], stats["fulfilled"], stats["distinctUsers"], stats["pointsGranted"]) == (2, 2, 2, 14)
    assert sum(day["claims"] for day in stats["byDay"]) == 2
    assert datetime.fromisoformat(stats["asOf"]) <= datetime.now(UTC)
    query = "query S($id: ID!) { event(id: $id) { stats { claims } } }"
    assert (await graph(query, {"id": event["id"]}, token=graph.token(users[0]))).data == {"event": {"stats": None}}


async def test_the_whole_stack_adds_up(graph: Graph) -> None:
    found = await graph.field("web/Reconciliation", {}, token=graph.token(ADMIN, "ADMIN"))
    assert found["samples"] == []
    for role in ("OPERATOR", "AUDITOR"):
        refused = await graph.run("web/Reconciliation", token=graph.token(ADMIN, role))
        assert refused.codes == ["FORBIDDEN"]
