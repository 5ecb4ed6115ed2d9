"""Each field of a list's rows is right whatever else is asked for, though only what is asked for is read."""

from typing import Any

from subgraphs.rewards.types.requests import REQUEST_PROJECTION
from subgraphs.rewards.types.wallets import ENTRY_PROJECTION
from tests.fixtures.field_projection import each_alone_is_as_in_the_whole
from tests.rewards.reward_client import Moving

BELOW = {
    **dict.fromkeys(("user", "offer", "event", "reward", "decidedBy"), "{ id }"),
    "grant": "{ ... on PointGrant { points expiresAt } }",
    "history": "{ at from to reason actor { id } }",
    "request": "{ id }",
}
REQUEST = {name: BELOW.get(name, "") for name in REQUEST_PROJECTION.parts}
ENTRY = {name: BELOW.get(name, "") for name in ENTRY_PROJECTION.parts}


async def fill(moving: Moving) -> None:
    """Requests of one user: granted, rejected, waiting, and waited too long."""
    claiming = moving.claiming
    await moving.adjust("us1", 5)
    reward = await claiming.reward(100, expireAfterDays=30)
    await claiming.claim(await claiming.offer(reward), "us1")
    (granted,) = await moving.asked(await claiming.offer(reward, approval="MANUAL"), "us1")
    await moving.decide([granted])
    (rejected,) = await moving.asked(await claiming.offer(approval="MANUAL"), "us1")
    await moving.decide([rejected], "REJECT")
    await moving.asked(await claiming.offer(approval="MANUAL", reservationSeconds=60), "us1")
    claiming.clock.advance(minutes=5)
    await moving.asked(await claiming.offer(approval="MANUAL"), "us1")


async def test_of_everybody_s_requests_and_of_one_user_s(moving: Moving) -> None:
    await fill(moving)
    claiming = moving.claiming

    async def of_all(selection: str) -> list[dict[str, Any]]:
        query = f"{{ rewardRequests {{ edges {{ node {{ {selection} }} }} }} }}"
        answer = await claiming.rewards.graphql(query, token=claiming.operator)
        return [edge["node"] for edge in answer.data["rewardRequests"]["edges"]]

    async def of_one(selection: str) -> list[dict[str, Any]]:
        of = [{"__typename": "User", "id": "us1"}]
        below = f"... on User {{ rewardRequests {{ edges {{ node {{ {selection} }} }} }} }}"
        answer = await claiming.rewards.graphql.entities(of, below, token=claiming.operator)
        return [edge["node"] for edge in answer.data["_entities"][0]["rewardRequests"]["edges"]]

    assert sorted(node["status"] for node in await of_all("status")) == [
        "EXPIRED",
        "FULFILLED",
        "FULFILLED",
        "PENDING",
        "REJECTED",
    ]
    await each_alone_is_as_in_the_whole(of_all, REQUEST)
    await each_alone_is_as_in_the_whole(of_one, REQUEST)


async def test_of_a_coupon_s_code_which_stays_its_owner_s(moving: Moving) -> None:
    claiming = moving.claiming
    reward = await claiming.reward(kind="coupon")
    query = """mutation A($id: ID!) { addCouponCodes(input: {rewardId: $id, codes: ["AUTUMN-1"]}, idempotencyKey: "k") {
      __typename } }"""
    added = await claiming.rewards.graphql(query, {"id": reward}, token=claiming.operator)
    assert added.data["addCouponCodes"]["__typename"] == "AddCouponCodesSuccess"
    await claiming.claim(await claiming.offer(reward), "us1")
    below = "... on User { rewardRequests { edges { node { grant { ... on CouponGrant { code } } } } } }"
    codes = []
    for token in (claiming.issuer.token("us1"), claiming.operator):
        answer = await claiming.rewards.graphql.entities([{"__typename": "User", "id": "us1"}], below, token=token)
        (edge,) = answer.data["_entities"][0]["rewardRequests"]["edges"]
        codes.append(edge["node"]["grant"]["code"])
    assert codes == ["AUTUMN-1", None]


async def test_of_a_wallet_s_entries(moving: Moving) -> None:
    await fill(moving)
    claiming = moving.claiming

    async def entries(selection: str) -> list[dict[str, Any]]:
        of = [{"__typename": "User", "id": "us1"}]
        below = f"... on User {{ wallet {{ entries {{ edges {{ node {{ {selection} }} }} }} }} }}"
        answer = await claiming.rewards.graphql.entities(of, below, token=claiming.operator)
        return [edge["node"] for edge in answer.data["_entities"][0]["wallet"]["entries"]["edges"]]

    await each_alone_is_as_in_the_whole(entries, ENTRY)
