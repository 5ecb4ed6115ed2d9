"""`createReward`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model.draft import PointRewardDraft
from subgraphs.rewards.operations.create_reward import create_reward as operation
from subgraphs.rewards.types.rewards import Reward, to_reward
from subgraphs.runtime.graphql.errors import NotBuilt
from subgraphs.runtime.graphql.given import given
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, ValidationFailed
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.outcomes import Invalid, KeyReused, Violation


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
    kinds = [kind for kind in ("points", "item", "coupon", "badge") if getattr(input, kind)]
    if len(kinds) != 1:
        violation = Violation(("input",), "EXACTLY_ONE", "exactly one kind of reward is set")
        return ValidationFailed.of(Invalid((violation,)))
    points = input.points
    if not points:
        raise NotBuilt(f"CreateRewardInput.{kinds[0]}")
    draft = PointRewardDraft(
        name=points.name,
        description=points.description,
        image_url=given(points.image_url),
        points=points.points,
        expire_after_days=given(points.expire_after_days),
    )
    outcome = await operation(context.tools, context.identity.id or "", draft, idempotency_key)
    if isinstance(outcome, Invalid):
        return ValidationFailed.of(outcome)
    if isinstance(outcome, KeyReused):
        return IdempotencyConflict.of(outcome)
    await context.recency.mark()
    return RewardSuccess(reward=to_reward(outcome))
