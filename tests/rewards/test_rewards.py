"""Rewards of every kind: made, refused, seen."""

from typing import Any

import pytest

from subgraphs.runtime.mongo import Mongo
from tests.rewards.claiming import CREATE_OFFER, CREATE_REWARD, Claiming

REWARD = """query R($id: ID!) { reward(id: $id) { __typename id name description imageUrl version createdAt
  ... on PointReward { points expireAfterDays } ... on ItemReward { sku quantity }
  ... on CouponReward { codePool { available issued revoked } } } }"""
KINDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("points", {"points": 7, "expireAfterDays": 3}, {"__typename": "PointReward", "points": 7, "expireAfterDays": 3}),
    ("item", {"sku": "sword-1", "quantity": 2}, {"__typename": "ItemReward", "sku": "sword-1", "quantity": 2}),
    (
        "coupon",
        {},
        {"__typename": "CouponReward", "codePool": {"available": 0, "issued": 0, "revoked": 0}},
    ),
    ("badge", {}, {"__typename": "BadgeReward"}),
]


@pytest.mark.parametrize(("kind", "worth", "expected"), KINDS, ids=[kind for kind, _, _ in KINDS])
async def test_a_reward_of_each_kind_is_kept_as_it_was_made(
    claiming: Claiming, kind: str, worth: dict[str, Any], expected: dict[str, Any]
) -> None:
    described = {"name": " Prize ", "description": "For the brave", "imageUrl": "https://example.com/p.png"}
    variables = {"input": {kind: {**described, **worth}}, "key": "k"}
    first, again = [
        (await claiming.rewards.graphql(CREATE_REWARD, variables, token=claiming.operator)).data["createReward"]
        for _ in range(2)
    ]
    assert first == again
    reward_id = first["reward"]["id"]
    found = (await claiming.rewards.graphql(REWARD, {"id": reward_id}, token=claiming.operator)).data["reward"]
    assert (
        found
        == {**described, "name": "Prize", "id": reward_id, "version": 1, "createdAt": found["createdAt"]} | expected
    )
    assert await claiming.mongo.write["rewards"].count_documents({}) == 1


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("item", {"sku": ""}, "sku"),
        ("item", {"sku": "two words"}, "sku"),
        ("item", {"sku": "x" * 129}, "sku"),
        ("item", {"quantity": 0}, "quantity"),
        ("item", {"quantity": 1_000_001}, "quantity"),
        ("coupon", {"name": " "}, "name"),
        ("coupon", {"description": "x" * 5001}, "description"),
        ("badge", {"imageUrl": "http://example.com"}, "imageUrl"),
    ],
)
async def test_a_bad_reward_of_another_kind_is_refused_and_not_made(
    claiming: Claiming, mongo: Mongo, kind: str, change: dict[str, Any], field: str
) -> None:
    worth = {"sku": "sword"} if kind == "item" else {}
    variables = {"input": {kind: {"name": "P", **worth, **change}}, "key": "k"}
    answer = (await claiming.rewards.graphql(CREATE_REWARD, variables, token=claiming.operator)).data["createReward"]
    assert [violation["path"] for violation in answer["violations"]] == [["input", kind, field]]
    assert await mongo.write["rewards"].count_documents({}) == 0


async def test_a_key_belongs_to_one_kind_of_reward(claiming: Claiming) -> None:
    for kind, expected in (("coupon", "RewardSuccess"), ("badge", "IdempotencyConflict")):
        variables = {"input": {kind: {"name": "P"}}, "key": "k"}
        answer = await claiming.rewards.graphql(CREATE_REWARD, variables, token=claiming.operator)
        assert answer.data["createReward"]["__typename"] == expected


async def test_only_an_offer_of_points_has_a_budget_of_points(claiming: Claiming, mongo: Mongo) -> None:
    wanted = {"eventId": "ev1", "rewardId": await claiming.reward(kind="badge"), "pointsBudget": 5}
    variables = {"input": wanted, "key": "k"}
    answer = (await claiming.rewards.graphql(CREATE_OFFER, variables, token=claiming.operator)).data["createOffer"]
    assert answer["violations"] == [{"path": ["input", "pointsBudget"], "code": "NO_POINTS"}]
    assert await mongo.write["offers"].count_documents({}) == 0
