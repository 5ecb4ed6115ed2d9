"""What the mutations that change a wallet share."""

from typing import Self

import strawberry

from subgraphs.rewards.context import RewardsContext
from subgraphs.rewards.model import wallet as model
from subgraphs.rewards.mutations.request_success import InsufficientPoints
from subgraphs.rewards.operations import transition_results
from subgraphs.rewards.types.wallets import LedgerEntry, Wallet
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed


@strawberry.type
class WalletSuccess:
    """The points were posted."""

    wallet: Wallet = strawberry.field(description="The wallet as it now is.")
    entry: LedgerEntry = strawberry.field(description="The ledger entry.")

    @classmethod
    def of(cls, entry: model.LedgerEntry) -> Self:
        """The entry, with the wallet as it now is."""
        return cls(wallet=Wallet(id=strawberry.ID(entry.user_id)), entry=LedgerEntry.of(entry))


async def wallet_result(
    context: RewardsContext,
    outcome: model.LedgerEntry
    | results.ValidationFailed
    | results.NotFound
    | transition_results.InsufficientPoints
    | results.IdempotencyConflict,
) -> WalletSuccess | NotFound | InsufficientPoints | ValidationFailed | IdempotencyConflict:
    """What a posting came to, as its mutation answers."""
    match outcome:
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.NotFound():
            return NotFound.of(outcome)
        case transition_results.InsufficientPoints():
            return InsufficientPoints.of(outcome)
        case results.IdempotencyConflict():
            return IdempotencyConflict.of(outcome)
    await context.read_your_writes.mark_written()
    return WalletSuccess.of(outcome)
