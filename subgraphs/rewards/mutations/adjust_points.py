"""`adjustPoints`."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import InsufficientPoints
from subgraphs.rewards.mutations.wallet_success import WalletSuccess, wallet_result
from subgraphs.rewards.operations.adjust_points import adjust_points as operation
from subgraphs.runtime.graphql.arguments import IdempotencyKey
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.graphql.unset import value_or_none


@strawberry.input
class AdjustPointsInput:
    """Points to add to a wallet, or to take from it."""

    user_id: strawberry.ID = strawberry.field(description="Whose wallet.")
    points: SafeInt = strawberry.field(
        description=("How many: positive adds, negative takes; not 0, and at most 1,000,000,000,000 either way.")
    )
    reason: str = strawberry.field(description="Why, for the ledger and the audit trail: 1 to 500 characters.")
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "When added points expire, in the future; null or left out means never. Not for points that are taken."
        ),
    )


AdjustPointsResult = Annotated[
    WalletSuccess | NotFound | InsufficientPoints | ValidationFailed | IdempotencyConflict,
    strawberry.union("AdjustPointsResult", description="What `adjustPoints` answers."),
]


async def adjust_points(
    info: RewardsInfo,
    input: Annotated[AdjustPointsInput, strawberry.argument(description="Whose wallet, how many points and why.")],
    idempotency_key: IdempotencyKey,
) -> AdjustPointsResult | None:
    """For admins: adds points to a wallet or takes some, once for a key."""
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
