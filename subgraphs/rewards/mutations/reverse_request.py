"""`reverseRequest`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import IllegalStep, InsufficientPoints, RequestSuccess
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed


@strawberry.input
class ReverseRequestInput:
    request_id: strawberry.ID
    reason: str


ReverseRequestResult = Annotated[
    RequestSuccess | ValidationFailed | NotFound | IllegalStep | InsufficientPoints | IdempotencyConflict,
    strawberry.union("ReverseRequestResult"),
]


async def reverse_request(
    info: RewardsInfo, input: ReverseRequestInput, idempotency_key: str
) -> ReverseRequestResult | None:
    return None
