"""`retryDelivery`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import IllegalStep, RequestSuccess
from subgraphs.runtime.graphql.refusals import NotFound


@strawberry.input
class RetryDeliveryInput:
    request_id: strawberry.ID


RetryDeliveryResult = Annotated[RequestSuccess | NotFound | IllegalStep, strawberry.union("RetryDeliveryResult")]


async def retry_delivery(info: RewardsInfo, input: RetryDeliveryInput) -> RetryDeliveryResult | None:
    return None
