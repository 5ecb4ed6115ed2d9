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
from subgraphs.runtime.graphql.arguments import IdempotencyKey
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, ValidationFailed
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.graphql.unset import value_or_none


@strawberry.input
class PointRewardInput:
    """A new reward of points."""

    name: str = strawberry.field(description="1 to 120 printable characters.")
    description: str = strawberry.field(default="", description="At most 5,000 characters.")
    image_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="An https URL of at most 2,048 characters; null or left out means none."
    )
    points: SafeInt = strawberry.field(description="How many one grant brings: 1 to 1,000,000,000.")
    expire_after_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many days after the grant they expire: 1 to 3,650; null or left out means never.",
    )


@strawberry.input
class ItemRewardInput:
    """A new reward of items."""

    name: str = strawberry.field(description="1 to 120 printable characters.")
    description: str = strawberry.field(default="", description="At most 5,000 characters.")
    image_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="An https URL of at most 2,048 characters; null or left out means none."
    )
    sku: str = strawberry.field(
        description=("The item's name in the system that delivers it: 1 to 128 printable characters without blanks.")
    )
    quantity: int = strawberry.field(default=1, description="How many one grant delivers: 1 to 1,000,000.")


@strawberry.input
class CouponRewardInput:
    """A new coupon; its pool is empty until `addCouponCodes` fills it."""

    name: str = strawberry.field(description="1 to 120 printable characters.")
    description: str = strawberry.field(default="", description="At most 5,000 characters.")
    image_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="An https URL of at most 2,048 characters; null or left out means none."
    )


@strawberry.input
class BadgeRewardInput:
    """A new badge."""

    name: str = strawberry.field(description="1 to 120 printable characters.")
    description: str = strawberry.field(default="", description="At most 5,000 characters.")
    image_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="An https URL of at most 2,048 characters; null or left out means none."
    )


@strawberry.input
class CreateRewardInput:
    """A new reward. Exactly one field is set. What it is worth can never be changed."""

    points: PointRewardInput | None = strawberry.field(default=strawberry.UNSET, description="A reward of points.")
    item: ItemRewardInput | None = strawberry.field(default=strawberry.UNSET, description="A reward of items.")
    coupon: CouponRewardInput | None = strawberry.field(default=strawberry.UNSET, description="A coupon.")
    badge: BadgeRewardInput | None = strawberry.field(default=strawberry.UNSET, description="A badge.")


@strawberry.type
class RewardSuccess:
    """The change was made."""

    reward: Reward = strawberry.field(description="The reward as it now is.")


CreateRewardResult = Annotated[
    RewardSuccess | ValidationFailed | IdempotencyConflict,
    strawberry.union("CreateRewardResult", description="What `createReward` answers."),
]


async def create_reward(
    info: RewardsInfo,
    input: Annotated[CreateRewardInput, strawberry.argument(description="The new reward.")],
    idempotency_key: IdempotencyKey,
) -> CreateRewardResult | None:
    """For operators and admins: creates a reward, once for a key."""
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
