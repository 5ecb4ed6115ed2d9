"""`spendPoints`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import InsufficientPoints
from subgraphs.rewards.mutations.wallet_success import WalletSuccess, wallet_result
from subgraphs.rewards.operations.spend_points import spend_points as operation
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.input
class SpendPointsInput:
    user_id: strawberry.ID
    points: SafeInt
    reason: str


SpendPointsResult = Annotated[
    WalletSuccess | NotFound | InsufficientPoints | ValidationFailed | IdempotencyConflict,
    strawberry.union("SpendPointsResult"),
]


async def spend_points(info: RewardsInfo, input: SpendPointsInput, idempotency_key: str) -> SpendPointsResult | None:
    context = info.context
    outcome = await operation(
        context.dependencies,
        context.identity.id or "",
        input.user_id,
        input.points,
        input.reason,
        idempotency_key,
        context.now,
    )
    return await wallet_result(context, outcome)
