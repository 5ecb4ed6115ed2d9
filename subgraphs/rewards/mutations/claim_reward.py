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
    offer_id: strawberry.ID


@strawberry.type(description="`isReplay`: the key was seen before, and this is its request as it now is.")
class ClaimRewardSuccess:
    request: RewardRequest
    is_replay: bool


@strawberry.type
class EventNotOpen(Error):
    opens_at: datetime | None
    closed_at: datetime | None


@strawberry.type
class ConditionsNotMet(Error):
    unmet_condition_ids: list[strawberry.ID]
    event: Event | None


@strawberry.type
class LimitReached(Error):
    limit: int
    period: LimitPeriod
    resets_at: datetime | None
    last_request: RewardRequest | None


@strawberry.type
class BudgetExhausted(Error):
    pass


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
    strawberry.union("ClaimRewardResult"),
]


async def claim_reward(info: RewardsInfo, input: ClaimRewardInput, idempotency_key: str) -> ClaimRewardResult | None:
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
