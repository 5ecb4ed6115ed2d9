"""Wallets: balances, what lapses, and every posting."""

from datetime import datetime
from enum import Enum
from typing import Final, Self

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model.wallet import Head, LotExpiry
from subgraphs.rewards.model.wallet import LedgerEntry as EntryModel
from subgraphs.rewards.store.wallets import LATEST_FIRST
from subgraphs.rewards.types.requests import (
    RewardRequest,
)
from subgraphs.runtime.graphql.connection_field import ConnectionField, PageRequest
from subgraphs.runtime.graphql.page_info import PageInfo
from subgraphs.runtime.graphql.projections import Projection
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.enum
class LedgerKind(Enum):
    GRANT = "GRANT"
    SPEND = "SPEND"
    EXPIRE = "EXPIRE"
    REVERSE = "REVERSE"
    ADJUST = "ADJUST"


ENTRY_PROJECTION: Final = Projection(
    {
        "id": (),
        "kind": ("kind",),
        "points": ("points",),
        "balanceAfter": ("balanceAfter",),
        "at": ("at",),
        "reason": ("reason",),
        "expiresAt": ("expiresAt",),
        "request": ("requestId",),
    }
)


@strawberry.type(description="Append-only. A wallet's balance is the sum of its entries.")
class LedgerEntry:
    entry: strawberry.Private[EntryModel]
    id: strawberry.ID
    kind: LedgerKind
    points: SafeInt
    balance_after: SafeInt
    at: datetime
    reason: str | None
    expires_at: datetime | None

    @strawberry.field
    async def request(self, info: RewardsInfo) -> RewardRequest | None:
        request_id = self.entry.request_id
        return None if request_id is None else await RewardRequest.resolve_reference(info, strawberry.ID(request_id))

    @classmethod
    def of(cls, entry: EntryModel) -> Self:
        return cls(
            entry=entry,
            id=strawberry.ID(entry.id),
            kind=LedgerKind(entry.kind.value),
            points=SafeInt(entry.points),
            balance_after=SafeInt(entry.balance_after),
            at=entry.at,
            reason=entry.reason,
            expires_at=entry.expires_at,
        )


@strawberry.type
class LedgerEntryEdge:
    cursor: str
    node: LedgerEntry


@strawberry.type
class LedgerEntryConnection:
    edges: list[LedgerEntryEdge]
    page_info: PageInfo


@strawberry.type
class PointsExpiry:
    points: SafeInt
    at: datetime


@strawberry.type
class Wallet:
    id: strawberry.ID

    @strawberry.field
    async def balance(self, info: RewardsInfo) -> SafeInt:
        head = await info.context.heads_by_user.load(self.id) or Head()
        lots = await info.context.lots_by_user.load(self.id) or LotExpiry()
        return SafeInt(head.balance - lots.expired)

    @strawberry.field(description="Points that lapse next, and when.")
    async def next_expiry(self, info: RewardsInfo) -> PointsExpiry | None:
        lots = await info.context.lots_by_user.load(self.id)
        if lots is None or lots.next_points is None or lots.next_at is None:
            return None
        return PointsExpiry(points=SafeInt(lots.next_points), at=lots.next_at)

    @strawberry.field(extensions=[ConnectionField()])
    async def entries(
        self,
        info: RewardsInfo,
        page_request: PageRequest,
    ) -> LedgerEntryConnection:
        bounds, scope = page_request.of(LATEST_FIRST)
        page = await info.context.ledger_by_user.page(self.id, (bounds, scope, ENTRY_PROJECTION.of_nodes(info)))
        edges = [
            LedgerEntryEdge(cursor=cursor, node=LedgerEntry.of(row))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return LedgerEntryConnection(edges=edges, page_info=PageInfo.of(page))
