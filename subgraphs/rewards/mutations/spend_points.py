"""`spendPoints`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.request_success import InsufficientPoints
from subgraphs.rewards.mutations.wallet_success import WalletSuccess, wallet_result
from subgraphs.rewards.operations.spend_points import spend_points as operation
from subgraphs.runtime.graphql.arguments import IdempotencyKey
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.input
class SpendPointsInput:
    """Points to spend."""

    user_id: strawberry.ID = strawberry.field(description="Whose wallet.")
    points: SafeInt = strawberry.field(description="How many: 1 to 1,000,000,000,000.")
    reason: str = strawberry.field(description="What for, for the ledger and the audit trail: 1 to 500 characters.")


SpendPointsResult = Annotated[
    WalletSuccess | NotFound | InsufficientPoints | ValidationFailed | IdempotencyConflict,
    strawberry.union("SpendPointsResult", description="What `spendPoints` answers."),
]


async def spend_points(
    info: RewardsInfo,
    input: Annotated[SpendPointsInput, strawberry.argument(description="Whose wallet, how many points and why.")],
    idempotency_key: IdempotencyKey,
) -> SpendPointsResult | None:
    """For trusted services: spends points of a wallet, those first that expire first, once for a key."""
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
