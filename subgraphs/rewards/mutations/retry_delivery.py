"""`retryDelivery`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import IllegalStep, RequestSuccess, request_result
from subgraphs.rewards.operations.retry_delivery import retry_delivery as operation
from subgraphs.runtime.graphql.refusals import NotFound


@strawberry.input
class RetryDeliveryInput:
    """The request whose items are delivered again."""

    request_id: strawberry.ID = strawberry.field(description="A request that is FAILED.")


RetryDeliveryResult = Annotated[
    RequestSuccess | NotFound | IllegalStep,
    strawberry.union("RetryDeliveryResult", description="What `retryDelivery` answers."),
]


async def retry_delivery(
    info: RewardsInfo, input: Annotated[RetryDeliveryInput, strawberry.argument(description="The request.")]
) -> RetryDeliveryResult | None:
    """For operators and admins: delivers the items of a FAILED request again."""
    context = info.context
    outcome = await operation(context.dependencies, context.identity.id or "", input.request_id, context.now)
    return await request_result(context, outcome)
