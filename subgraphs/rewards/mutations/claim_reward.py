"""`claimReward`."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.out_of_stock import OutOfStock
from subgraphs.rewards.operations.claim import results as claim_results
from subgraphs.rewards.types.offers import Event, LimitPeriod
from subgraphs.rewards.types.requests import RewardRequest
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import (
    Error,
    IdempotencyConflict,
    NotFound,
    RateLimited,
    TryAgain,
    ValidationFailed,
)


@strawberry.input
class ClaimRewardInput:
    """What to claim."""

    offer_id: strawberry.ID = strawberry.field(description="The offer.")


@strawberry.type
class ClaimRewardSuccess:
    """The claim was accepted, now or earlier: `isReplay` says that the key was seen before."""

    request: RewardRequest = strawberry.field(description="The request as it now is.")
    is_replay: bool = strawberry.field(description="True when an earlier call with the same key made the request.")


@strawberry.type
class EventNotOpen(Error):
    """The event is not ACTIVE."""

    opens_at: datetime | None = strawberry.field(
        description="When its window opens; null when it has opened or that is not known."
    )
    closed_at: datetime | None = strawberry.field(
        description="When its window closed; null when it has not closed or was ended by hand."
    )


@strawberry.type
class ConditionsNotMet(Error):
    """The user does not satisfy the event's rule yet."""

    unmet_condition_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the event's conditions that are not met."
    )
    event: Event | None = strawberry.field(description="The event whose rule it is.")


@strawberry.type
class LimitReached(Error):
    """The user has had all that the offer allows in this period."""

    limit: int = strawberry.field(description="How many the offer allows in a period.")
    period: LimitPeriod = strawberry.field(description="The period.")
    resets_at: datetime | None = strawberry.field(description="When the next period begins; null when it never does.")
    last_request: RewardRequest | None = strawberry.field(description="The user's latest request in this period.")


@strawberry.type
class BudgetExhausted(Error):
    """The points left in the offer's budget do not suffice for one grant."""


ClaimRewardResult = Annotated[
    ClaimRewardSuccess
    | ValidationFailed
    | NotFound
    | EventNotOpen
    | ConditionsNotMet
    | LimitReached
    | OutOfStock
    | BudgetExhausted
    | IdempotencyConflict
    | RateLimited
    | TryAgain,
    strawberry.union("ClaimRewardResult", description="What `claimReward` answers."),
]


async def claim_reward(
    info: RewardsInfo,
    input: Annotated[ClaimRewardInput, strawberry.argument(description="What to claim.")],
    idempotency_key: Annotated[
        str,
        strawberry.argument(
            description=(
                "Made by the client, one for each tap: 1 to 128 printable characters. The same key is the same claim, "
                "for ever; send it until there is an answer."
            )
        ),
    ],
) -> ClaimRewardResult | None:
    """Claims an offer for the signed-in user.

    One key makes at most one request, for ever: sent again, it answers with that request as it now is. A refusal is
    not remembered.
    """
    context = info.context
    user_id = context.identity.user_id or ""
    outcome = await context.claims.claim(user_id, input.offer_id, idempotency_key, context.now)
    if isinstance(outcome, claim_results.Claimed):
        await context.read_your_writes.mark_written()
        request = RewardRequest.of(outcome.request, context.now)
        return ClaimRewardSuccess(request=request, is_replay=outcome.is_replay)
    return _refusal(outcome, context.now)


def _refusal(outcome: claim_results.ClaimResult, now: datetime) -> ClaimRewardResult | None:
    match outcome:
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.NotFound():
            return NotFound.of(outcome)
        case results.IdempotencyConflict():
            return IdempotencyConflict.of(outcome)
        case results.RateLimited():
            return RateLimited.of(outcome)
        case results.TryAgain():
            return TryAgain.of(outcome)
        case claim_results.EventNotOpen():
            return EventNotOpen(
                code=outcome.CODE,
                message="the event is not open",
                opens_at=outcome.opens_at,
                closed_at=outcome.closed_at,
            )
        case claim_results.ConditionsNotMet():
            return ConditionsNotMet(
                code=outcome.CODE,
                message="the event's conditions are not met yet",
                unmet_condition_ids=[strawberry.ID(condition) for condition in outcome.unmet_conditions],
                event=Event(id=strawberry.ID(outcome.event_id)),
            )
        case claim_results.LimitReached():
            return LimitReached(
                code=outcome.CODE,
                message="you have had all that this offer allows for now",
                limit=outcome.limit.count,
                period=LimitPeriod(outcome.limit.period.value),
                resets_at=outcome.resets_at,
                last_request=RewardRequest.of(outcome.last_request, now),
            )
        case claim_results.OutOfStock():
            return OutOfStock.of(outcome)
        case claim_results.BudgetExhausted():
            return BudgetExhausted(code=outcome.CODE, message="the points for this offer are used up")
    raise TypeError(f"no refusal for {type(outcome).__name__}")
