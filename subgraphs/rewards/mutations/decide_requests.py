"""`decideRequests`."""

from enum import Enum
from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.types.requests import RewardRequest
from subgraphs.runtime.graphql.refusals import Atomicity, IdempotencyConflict, RowFailure, ValidationFailed


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
    return None
