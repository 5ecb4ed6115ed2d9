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
from subgraphs.runtime.graphql.arguments import IdempotencyKey
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
    """What an operator decides on a request."""

    APPROVE = strawberry.enum_value("APPROVE", description="Grants the reward.")
    REJECT = strawberry.enum_value("REJECT", description="Refuses it; the unit and the user's slot are free again.")


@strawberry.input
class DecideRequestsInput:
    """1 to 500 requests and one decision on all of them. A rejection needs a reason."""

    request_ids: list[strawberry.ID] = strawberry.field(description="The requests, each named once.")
    decision: Decision = strawberry.field(description="What is decided.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Why: 1 to 500 characters for a rejection; at most 500, null or left out for an approval.",
    )
    atomicity: Atomicity = strawberry.field(
        default=Atomicity.SKIP_FAILED, description="Whether one refused request refuses all."
    )


@strawberry.type
class DecideRequestsSuccess:
    """What became of each request."""

    requests: list[RewardRequest | None] = strawberry.field(
        description="The decided requests in the order of the input, null where the request was refused."
    )
    failures: list[RowFailure] = strawberry.field(description="The refused requests, in order of their index.")


DecideRequestsResult = Annotated[
    DecideRequestsSuccess | ValidationFailed | IdempotencyConflict,
    strawberry.union("DecideRequestsResult", description="What `decideRequests` answers."),
]


async def decide_requests(
    info: RewardsInfo,
    input: Annotated[DecideRequestsInput, strawberry.argument(description="The requests and the decision.")],
    idempotency_key: IdempotencyKey,
) -> DecideRequestsResult | None:
    """For operators and admins: approves or rejects PENDING requests, once for a key.

    Nobody decides a request of their own.
    """
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
