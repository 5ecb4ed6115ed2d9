"""`createOffer`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model import offer as model
from subgraphs.rewards.model import period as period_model
from subgraphs.rewards.model.offer_draft import OfferDraft
from subgraphs.rewards.operations.create_offer import create_offer as operation
from subgraphs.rewards.store.offers import offer_tags
from subgraphs.rewards.types.offers import ApprovalMode, LimitPeriod, RewardOffer
from subgraphs.runtime import results
from subgraphs.runtime.clients.subgraph import SubgraphUnavailable
from subgraphs.runtime.error_codes import UNAVAILABLE
from subgraphs.runtime.graphql.errors import CodedError
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.graphql.unset import value_or_none


@strawberry.input
class UserLimitInput:
    count: int
    period: LimitPeriod

    def limit(self) -> model.UserLimit:
        """The limit, unchecked."""
        return model.UserLimit(self.count, period_model.LimitPeriod(self.period.value))


@strawberry.input
class CreateOfferInput:
    event_id: strawberry.ID
    reward_id: strawberry.ID
    approval: ApprovalMode = ApprovalMode.AUTOMATIC
    per_user: UserLimitInput = strawberry.field(
        default_factory=lambda: UserLimitInput(count=1, period=LimitPeriod.EVER)
    )
    stock_total: int | None = strawberry.UNSET
    points_budget: SafeInt | None = strawberry.UNSET
    reservation_seconds: int = 604800
    position: int | None = strawberry.UNSET


@strawberry.type
class OfferSuccess:
    offer: RewardOffer


CreateOfferResult = Annotated[
    OfferSuccess | NotFound | ValidationFailed | IdempotencyConflict, strawberry.union("CreateOfferResult")
]


async def create_offer(info: RewardsInfo, input: CreateOfferInput, idempotency_key: str) -> CreateOfferResult | None:
    context = info.context
    try:
        outcome = await operation(context.dependencies, context.identity.id or "", _draft(input), idempotency_key)
    except SubgraphUnavailable:
        raise CodedError(UNAVAILABLE, "events cannot be asked for the moment") from None
    match outcome:
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.NotFound():
            return NotFound.of(outcome)
        case results.IdempotencyConflict():
            return IdempotencyConflict.of(outcome)
    await context.wrote(*offer_tags(outcome.id))
    return OfferSuccess(offer=RewardOffer.of(outcome))


def _draft(input: CreateOfferInput) -> OfferDraft:
    return OfferDraft(
        event_id=input.event_id,
        reward_id=input.reward_id,
        approval=model.ApprovalMode(input.approval.name),
        per_user=input.per_user.limit(),
        stock_total=value_or_none(input.stock_total),
        points_budget=value_or_none(input.points_budget),
        reservation_seconds=input.reservation_seconds,
        position=value_or_none(input.position),
    )
