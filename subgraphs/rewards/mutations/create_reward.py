"""`createReward`."""

from typing import Annotated, Any

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model.reward_draft import (
    BadgeRewardDraft,
    CouponRewardDraft,
    ItemRewardDraft,
    PointRewardDraft,
    RewardDraft,
)
from subgraphs.rewards.operations.create_reward import create_reward as operation
from subgraphs.rewards.store.rewards import reward_tags
from subgraphs.rewards.types.rewards import Reward, to_reward
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, ValidationFailed
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.graphql.unset import value_or_none


@strawberry.input
class PointRewardInput:
    name: str
    description: str = ""
    image_url: str | None = strawberry.UNSET
    points: SafeInt
    expire_after_days: int | None = strawberry.UNSET


@strawberry.input
class ItemRewardInput:
    name: str
    description: str = ""
    image_url: str | None = strawberry.UNSET
    sku: str
    quantity: int = 1


@strawberry.input
class CouponRewardInput:
    name: str
    description: str = ""
    image_url: str | None = strawberry.UNSET


@strawberry.input
class BadgeRewardInput:
    name: str
    description: str = ""
    image_url: str | None = strawberry.UNSET


@strawberry.input(description="Exactly one field is set.")
class CreateRewardInput:
    points: PointRewardInput | None = strawberry.UNSET
    item: ItemRewardInput | None = strawberry.UNSET
    coupon: CouponRewardInput | None = strawberry.UNSET
    badge: BadgeRewardInput | None = strawberry.UNSET


@strawberry.type
class RewardSuccess:
    reward: Reward


CreateRewardResult = Annotated[
    RewardSuccess | ValidationFailed | IdempotencyConflict, strawberry.union("CreateRewardResult")
]


async def create_reward(info: RewardsInfo, input: CreateRewardInput, idempotency_key: str) -> CreateRewardResult | None:
    context = info.context
    drafts = _drafts(input)
    if len(drafts) != 1:
        violation = results.Violation(("input",), "EXACTLY_ONE", "exactly one kind of reward is set")
        return ValidationFailed.of(results.ValidationFailed((violation,)))
    outcome = await operation(context.dependencies, context.identity.id or "", drafts[0], idempotency_key)
    if isinstance(outcome, results.ValidationFailed):
        return ValidationFailed.of(outcome)
    if isinstance(outcome, results.IdempotencyConflict):
        return IdempotencyConflict.of(outcome)
    await context.wrote(*reward_tags(outcome.id))
    return RewardSuccess(reward=to_reward(outcome))


def _drafts(input: CreateRewardInput) -> list[RewardDraft]:
    drafts: list[RewardDraft] = []
    if input.points:
        lapse = value_or_none(input.points.expire_after_days)
        drafts.append(PointRewardDraft(**_words(input.points), points=input.points.points, expire_after_days=lapse))
    if input.item:
        drafts.append(ItemRewardDraft(**_words(input.item), sku=input.item.sku, quantity=input.item.quantity))
    if input.coupon:
        drafts.append(CouponRewardDraft(**_words(input.coupon)))
    if input.badge:
        drafts.append(BadgeRewardDraft(**_words(input.badge)))
    return drafts


def _words(input: PointRewardInput | ItemRewardInput | CouponRewardInput | BadgeRewardInput) -> dict[str, Any]:
    return {"name": input.name, "description": input.description, "image_url": value_or_none(input.image_url)}
