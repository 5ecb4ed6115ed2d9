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
    """Why points came or went."""

    GRANT = strawberry.enum_value("GRANT", description="A request brought them.")
    SPEND = strawberry.enum_value("SPEND", description="A service spent them for the user.")
    EXPIRE = strawberry.enum_value("EXPIRE", description="They expired.")
    REVERSE = strawberry.enum_value("REVERSE", description="A request was reversed, and its points were taken back.")
    ADJUST = strawberry.enum_value("ADJUST", description="An admin added or took them.")


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


@strawberry.type
class LedgerEntry:
    """One posting of a wallet's ledger, which is append-only. A wallet's balance is the sum of its entries."""

    entry: strawberry.Private[EntryModel]
    id: strawberry.ID = strawberry.field(description="The user's id and the entry's number in the ledger.")
    kind: LedgerKind = strawberry.field(description="Why points came or went.")
    points: SafeInt = strawberry.field(description="How many: positive when they came, negative when they went.")
    balance_after: SafeInt = strawberry.field(description="The sum of all entries up to this one.")
    at: datetime = strawberry.field(description="When it took effect.")
    reason: str | None = strawberry.field(description="The reason that was given; null when none was.")
    expires_at: datetime | None = strawberry.field(
        description="When points that came will expire; null when they never do, and for points that went."
    )

    @strawberry.field
    async def request(self, info: RewardsInfo) -> RewardRequest | None:
        """The request that brought the points or lost them; null when it was none."""
        request_id = self.entry.request_id
        return None if request_id is None else await RewardRequest.resolve_reference(info, strawberry.ID(request_id))

    @classmethod
    def of(cls, entry: EntryModel) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
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
    """An entry, and its place in the list."""

    cursor: str = strawberry.field(description="Opaque; to be sent as `after` or `before` of the same list.")
    node: LedgerEntry = strawberry.field(description="The entry.")


@strawberry.type
class LedgerEntryConnection:
    """A page of a wallet's ledger, the latest first."""

    edges: list[LedgerEntryEdge] = strawberry.field(description="The entries of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and the cursors at both ends.")


@strawberry.type
class PointsExpiry:
    """Points of a wallet that expire together."""

    points: SafeInt = strawberry.field(description="How many.")
    at: datetime = strawberry.field(description="When they expire.")


@strawberry.type
class Wallet:
    """A user's points."""

    id: strawberry.ID = strawberry.field(description="The user's id.")

    @strawberry.field
    async def balance(self, info: RewardsInfo) -> SafeInt:
        """The points that the user has now, expired ones left out.

        Negative when points that were spent already were taken back.
        """
        head = await info.context.heads_by_user.load(self.id) or Head()
        lots = await info.context.lots_by_user.load(self.id) or LotExpiry()
        return SafeInt(head.balance - lots.expired)

    @strawberry.field
    async def next_expiry(self, info: RewardsInfo) -> PointsExpiry | None:
        """The points that expire next, and when; null when none do."""
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
        """The ledger, the latest entry first."""
        bounds, scope = page_request.of(LATEST_FIRST)
        page = await info.context.ledger_by_user.page(self.id, (bounds, scope, ENTRY_PROJECTION.of_nodes(info)))
        edges = [
            LedgerEntryEdge(cursor=cursor, node=LedgerEntry.of(row))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return LedgerEntryConnection(edges=edges, page_info=PageInfo.of(page))
