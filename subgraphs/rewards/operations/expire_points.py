"""Points that have expired: booked so in the ledger, though nobody's balance waits for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.fulfilment import open_wallets
from subgraphs.rewards.operations.retry import retry_on_conflict
from subgraphs.runtime.mongo import Session

# Lots that one round looks at, and wallets that are booked in one transaction.
MAX_LOTS: Final = 500
MAX_WALLETS: Final = 50


async def expire_all_due(stores: Stores) -> int:
    """One round over lots that have expired: gives how many entries were booked.

    Doing it again, or by several at once, books nothing twice.
    """
    now = stores.clock.now()
    users = await stores.wallets.users_with_expired_lots(now, MAX_LOTS)
    groups = [users[start : start + MAX_WALLETS] for start in range(0, len(users), MAX_WALLETS)]
    return sum([await _expire(stores, group, now) for group in groups])


async def _expire(stores: Stores, users: Sequence[str], now: datetime) -> int:
    async def work(session: Session) -> int:
        accounts = list((await open_wallets(stores, users, now, session)).values())
        await stores.wallets.write(accounts, session)
        return sum(len(account.entries) for account in accounts)

    return await retry_on_conflict(lambda: stores.mongo.transaction(work))
