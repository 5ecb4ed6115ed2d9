"""`reverseRequest`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import IllegalStep, InsufficientPoints, RequestSuccess, request_result
from subgraphs.rewards.operations import transition_results
from subgraphs.rewards.operations.reverse_request import reverse_request as operation
from subgraphs.runtime import results
from subgraphs.runtime.graphql.arguments import IdempotencyKey
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed


@strawberry.input
class ReverseRequestInput:
    """The request to reverse."""

    request_id: strawberry.ID = strawberry.field(description="A request that is FULFILLED or FAILED.")
    reason: str = strawberry.field(description="Why, for the user and the audit trail: 1 to 500 characters.")


ReverseRequestResult = Annotated[
    RequestSuccess | ValidationFailed | NotFound | IllegalStep | InsufficientPoints | IdempotencyConflict,
    strawberry.union("ReverseRequestResult", description="What `reverseRequest` answers."),
]


async def reverse_request(
    info: RewardsInfo,
    input: Annotated[ReverseRequestInput, strawberry.argument(description="The request and the reason.")],
    idempotency_key: IdempotencyKey,
) -> ReverseRequestResult | None:
    """For operators and admins: takes back what a request brought, for good, once for a key."""
    context = info.context
    outcome = await operation(
        context.dependencies, context.identity.id or "", input.request_id, input.reason, idempotency_key, context.now
    )
    match outcome:
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case transition_results.InsufficientPoints():
            return InsufficientPoints.of(outcome)
        case results.IdempotencyConflict():
            return IdempotencyConflict.of(outcome)
    return await request_result(context, outcome)
