"""What the mutations that change a wallet share."""

import strawberry

from subgraphs.rewards.types.wallets import LedgerEntry, Wallet


@strawberry.type
class WalletSuccess:
    wallet: Wallet
    entry: LedgerEntry
