"""`cancelRequest`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import IllegalStep, RequestSuccess
from subgraphs.runtime.graphql.refusals import NotFound


@strawberry.input
class CancelRequestInput:
    request_id: strawberry.ID


CancelRequestResult = Annotated[RequestSuccess | NotFound | IllegalStep, strawberry.union("CancelRequestResult")]


async def cancel_request(info: RewardsInfo, input: CancelRequestInput) -> CancelRequestResult | None:
    return None
