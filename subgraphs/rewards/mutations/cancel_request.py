"""`cancelRequest`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import IllegalStep, RequestSuccess, request_result
from subgraphs.rewards.operations.cancel_request import cancel_request as operation
from subgraphs.runtime.graphql.refusals import NotFound


@strawberry.input
class CancelRequestInput:
    """The request to cancel."""

    request_id: strawberry.ID = strawberry.field(description="A request of the signed-in user that is PENDING.")


CancelRequestResult = Annotated[
    RequestSuccess | NotFound | IllegalStep,
    strawberry.union("CancelRequestResult", description="What `cancelRequest` answers."),
]


async def cancel_request(
    info: RewardsInfo, input: Annotated[CancelRequestInput, strawberry.argument(description="The request.")]
) -> CancelRequestResult | None:
    """Cancels a request of the signed-in user while it is PENDING."""
    context = info.context
    user_id = context.identity.user_id or ""
    outcome = await operation(context.dependencies, user_id, input.request_id, context.now)
    return await request_result(context, outcome)
