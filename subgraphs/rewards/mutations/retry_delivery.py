"""`retryDelivery`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import IllegalStep, RequestSuccess, request_result
from subgraphs.rewards.operations.retry_delivery import retry_delivery as operation
from subgraphs.runtime.graphql.refusals import NotFound


@strawberry.input
class RetryDeliveryInput:
    request_id: strawberry.ID


RetryDeliveryResult = Annotated[RequestSuccess | NotFound | IllegalStep, strawberry.union("RetryDeliveryResult")]


async def retry_delivery(info: RewardsInfo, input: RetryDeliveryInput) -> RetryDeliveryResult | None:
    context = info.context
    outcome = await operation(context.dependencies, context.identity.id or "", input.request_id, context.now)
    return await request_result(context, outcome)
