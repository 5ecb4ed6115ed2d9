"""`adjustPoints`."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import InsufficientPoints
from subgraphs.rewards.mutations.wallet_success import WalletSuccess, wallet_result
from subgraphs.rewards.operations.adjust_points import adjust_points as operation
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.graphql.unset import value_or_none


@strawberry.input
class AdjustPointsInput:
    user_id: strawberry.ID
    points: SafeInt
    reason: str
    expires_at: datetime | None = strawberry.UNSET


AdjustPointsResult = Annotated[
    WalletSuccess | NotFound | InsufficientPoints | ValidationFailed | IdempotencyConflict,
    strawberry.union("AdjustPointsResult"),
]


async def adjust_points(info: RewardsInfo, input: AdjustPointsInput, idempotency_key: str) -> AdjustPointsResult | None:
    context = info.context
    outcome = await operation(
        context.dependencies,
        context.identity.id or "",
        input.user_id,
        input.points,
        input.reason,
        value_or_none(input.expires_at),
        idempotency_key,
        context.now,
    )
    return await wallet_result(context, outcome)
