"""What the mutations that change a wallet share."""

from typing import Self

import strawberry

from subgraphs.rewards.context import RewardsContext
from subgraphs.rewards.model import wallet as model
from subgraphs.rewards.types.wallets import LedgerEntry, Wallet


@strawberry.type
class WalletSuccess:
    wallet: Wallet
    entry: LedgerEntry

    @classmethod
    async def of(cls, context: RewardsContext, entry: model.LedgerEntry) -> Self:
        """The wallet as this very call has left it, or a later one."""
        await context.recency.mark()
        return cls(wallet=Wallet(id=strawberry.ID(entry.user_id)), entry=LedgerEntry.of(entry))
