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
from subgraphs.runtime.graphql.arguments import IdempotencyKey
from subgraphs.runtime.graphql.errors import CodedError
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.graphql.unset import value_or_none


@strawberry.input
class UserLimitInput:
    """How often one user may have what is offered."""

    count: int = strawberry.field(description="At most so many in each period: 1 to 1,000.")
    period: LimitPeriod = strawberry.field(description="The period in which they are counted.")

    def limit(self) -> model.UserLimit:
        """The limit, unchecked."""
        return model.UserLimit(self.count, period_model.LimitPeriod(self.period.name))


@strawberry.input
class CreateOfferInput:
    """A new offer of a reward in an event. An event has at most 50 offers."""

    event_id: strawberry.ID = strawberry.field(description="The event.")
    reward_id: strawberry.ID = strawberry.field(description="The reward that is offered.")
    approval: ApprovalMode = strawberry.field(
        default=ApprovalMode.AUTOMATIC, description="Whether a claim is granted at once or waits for a decision."
    )
    per_user: UserLimitInput = strawberry.field(
        default_factory=lambda: UserLimitInput(count=1, period=LimitPeriod.EVER),
        description="How often one user may have it.",
    )
    stock_total: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many units there are: 0 to 1,000,000,000; null or left out means unlimited.",
    )
    points_budget: SafeInt | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "How many points all grants may come to: 0 to 2^53 - 1; null or left out means unlimited. "
            "Only for rewards of points."
        ),
    )
    reservation_seconds: int = strawberry.field(
        default=604800, description="How long a PENDING request holds its unit: 60 to 31,536,000 seconds."
    )
    position: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=("Its place among the event's offers: 0 to 1,000,000; null or left out means after the last."),
    )


@strawberry.type
class OfferSuccess:
    """The change was made."""

    offer: RewardOffer = strawberry.field(description="The offer as it now is.")


CreateOfferResult = Annotated[
    OfferSuccess | NotFound | ValidationFailed | IdempotencyConflict,
    strawberry.union("CreateOfferResult", description="What `createOffer` answers."),
]


async def create_offer(
    info: RewardsInfo,
    input: Annotated[CreateOfferInput, strawberry.argument(description="The new offer.")],
    idempotency_key: IdempotencyKey,
) -> CreateOfferResult | None:
    """For operators and admins: offers a reward in an event, once for a key."""
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
