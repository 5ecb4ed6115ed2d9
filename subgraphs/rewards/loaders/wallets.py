"""The dataloaders of wallets: entries, balances and what expires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from dataloaders import One, Pages
from subgraphs.rewards.model.wallet import Head, LedgerEntry, LotExpiry
from subgraphs.rewards.store.wallets import heads, ledger_pages, lot_expiry
from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds
from subgraphs.runtime.pagination.queries import Fields

LedgerPageArgs = tuple[PageBounds, str, Fields]


class LedgerByUser(Pages[LedgerPageArgs, Page[LedgerEntry]]):
    """A page of each wallet's entries."""

    def __init__(self, read_your_writes: ReadYourWrites, cursors: Cursors) -> None:
        async def find(user_ids: Sequence[str], args: LedgerPageArgs) -> Mapping[str, Page[LedgerEntry]]:
            bounds, scope, fields = args
            return await ledger_pages(await read_your_writes.database(), user_ids, bounds, cursors, scope, fields)

        super().__init__(find)


class HeadsByUser(One[str, Head]):
    """Where each wallet's ledger stands, read from the primary: a balance is never old."""

    def __init__(self, mongo: Mongo) -> None:
        async def find(user_ids: Sequence[str]) -> Mapping[str, Head]:
            return await heads(mongo.write, user_ids)

        super().__init__(find)


class LotsByUser(One[str, LotExpiry]):
    """What of each wallet lapsed, and lapses next, read from the primary."""

    def __init__(self, mongo: Mongo, now: datetime) -> None:
        async def find(user_ids: Sequence[str]) -> Mapping[str, LotExpiry]:
            return await lot_expiry(mongo.write, user_ids, now)

        super().__init__(find)
