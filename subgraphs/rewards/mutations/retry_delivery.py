"""`retryDelivery`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import IllegalStep, RequestSuccess
from subgraphs.rewards.operations.retry_delivery import retry_delivery as operation
from subgraphs.rewards.operations.step_outcomes import NotAllowed
from subgraphs.runtime.graphql.refusals import NotFound
from subgraphs.runtime.outcomes import Missing


@strawberry.input
class RetryDeliveryInput:
    request_id: strawberry.ID


RetryDeliveryResult = Annotated[RequestSuccess | NotFound | IllegalStep, strawberry.union("RetryDeliveryResult")]


async def retry_delivery(info: RewardsInfo, input: RetryDeliveryInput) -> RetryDeliveryResult | None:
    context = info.context
    outcome = await operation(context.tools, context.identity.id or "", input.request_id, context.now)
    match outcome:
        case Missing():
            return NotFound.of(outcome)
        case NotAllowed():
            return IllegalStep.of(outcome)
    return await RequestSuccess.of(context, outcome)
