"""`decideRequests`."""

from enum import Enum
from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model.request import RewardRequest as RequestModel
from subgraphs.rewards.model.transitions import Action
from subgraphs.rewards.mutations.out_of_stock import OutOfStock
from subgraphs.rewards.mutations.request_success import IllegalStep
from subgraphs.rewards.operations import transition_results
from subgraphs.rewards.operations.apply_transition import TransitionCommand
from subgraphs.rewards.operations.claim import results as claim_results
from subgraphs.rewards.operations.decide_requests import decide_requests as operation
from subgraphs.rewards.operations.refusal_codec import Refusal, as_violation
from subgraphs.rewards.types.requests import RewardRequest
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import (
    Atomicity,
    Error,
    IdempotencyConflict,
    NotFound,
    RowFailure,
    ValidationFailed,
)
from subgraphs.runtime.graphql.unset import value_or_none


@strawberry.enum
class Decision(Enum):
    APPROVE = "APPROVE"
    REJECT = "REJECT"


@strawberry.input(description="1 to 500 requests. A rejection needs a reason.")
class DecideRequestsInput:
    request_ids: list[strawberry.ID]
    decision: Decision
    reason: str | None = strawberry.UNSET
    atomicity: Atomicity = Atomicity.SKIP_FAILED


@strawberry.type(description="`requests` in the order of the input, null where the row failed.")
class DecideRequestsSuccess:
    requests: list[RewardRequest | None]
    failures: list[RowFailure]


DecideRequestsResult = Annotated[
    DecideRequestsSuccess | ValidationFailed | IdempotencyConflict, strawberry.union("DecideRequestsResult")
]


async def decide_requests(
    info: RewardsInfo, input: DecideRequestsInput, idempotency_key: str
) -> DecideRequestsResult | None:
    context = info.context
    action = Action.APPROVE if input.decision is Decision.APPROVE else Action.REJECT
    outcome = await operation(
        context.dependencies,
        TransitionCommand(action, context.now, context.identity.id, value_or_none(input.reason)),
        input.request_ids,
        idempotency_key,
        all_or_nothing=input.atomicity is Atomicity.ALL_OR_NOTHING,
    )
    match outcome:
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.IdempotencyConflict():
            return IdempotencyConflict.of(outcome)
    await context.read_your_writes.mark_written()
    return DecideRequestsSuccess(
        requests=[
            RewardRequest.of(row, context.now) if isinstance(row, RequestModel) else None for row in outcome.rows
        ],
        failures=[
            RowFailure(index=index, error=_error(row, index))
            for index, row in enumerate(outcome.rows)
            if not isinstance(row, RequestModel)
        ],
    )


def _error(refusal: Refusal, index: int) -> Error:
    match refusal:
        case results.NotFound():
            return NotFound.of(refusal)
        case transition_results.IllegalStep():
            return IllegalStep.of(refusal)
        case transition_results.OwnRequest():
            return ValidationFailed.of(results.ValidationFailed((as_violation(refusal, index),)))
        case claim_results.OutOfStock():
            return OutOfStock.of(refusal)
