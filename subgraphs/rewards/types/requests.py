"""Requests, what was granted, and what users look like from here."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Self

import strawberry
from strawberry.federation import type as federated

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model import request as model
from subgraphs.rewards.model.wallet import Head, LapsedAndNext
from subgraphs.rewards.model.wallet import LedgerEntry as EntryModel
from subgraphs.rewards.store.requests import SORTS, RequestQuery, count_requests
from subgraphs.rewards.store.wallets import LATEST_FIRST
from subgraphs.rewards.types.offers import Event, RewardOffer
from subgraphs.rewards.types.rewards import BadgeConnection, Reward, to_reward
from subgraphs.runtime.connection import Page, list_scope
from subgraphs.runtime.graphql.access import Visible, open_field, staff_only
from subgraphs.runtime.graphql.audit import audit_types
from subgraphs.runtime.graphql.not_built import NotBuiltYet
from subgraphs.runtime.graphql.pages import PageInfo, page_bounds
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.identity import Identity

SELF_AND_STAFF = "self, operator, auditor, admin"
_UserHere = Annotated["User", strawberry.lazy("subgraphs.rewards.types.requests")]
OWNER_AND_STAFF = Visible("the owner, operator, auditor, admin", lambda *_: True)


def to_self_and_staff(viewer: Identity, user: Any) -> bool:
    return viewer.is_user(user.id) or viewer.is_staff


@strawberry.enum
class RequestStatus(Enum):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    FULFILLED = "FULFILLED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    REVERSED = "REVERSED"


@strawberry.type
class PointGrant:
    points: SafeInt
    expires_at: datetime | None


@strawberry.type
class ItemGrant:
    sku: str
    quantity: int
    delivered_at: datetime | None


@strawberry.type
class CouponGrant:
    code: str | None


@strawberry.type
class BadgeGrant:
    image_url: str | None


Grant = Annotated[PointGrant | ItemGrant | CouponGrant | BadgeGrant, strawberry.union("Grant")]


def _actor(actor_id: str | None) -> "User | None":
    return None if actor_id is None else User(id=strawberry.ID(actor_id))


@strawberry.type
class RequestStep:
    step: strawberry.Private[model.Step]
    at: datetime
    from_: RequestStatus | None = strawberry.field(name="from")
    to: RequestStatus
    reason: str | None

    @strawberry.field(description="To operators, auditors and admins; null to others.", extensions=[staff_only()])
    def actor(self) -> _UserHere | None:
        return _actor(self.step.actor_id)

    @classmethod
    def of(cls, step: model.Step) -> Self:
        return cls(
            step=step,
            at=step.at,
            from_=None if step.source is None else RequestStatus(step.source.value),
            to=RequestStatus(step.target.value),
            reason=step.reason,
        )


@federated(
    keys=["id"],
    description=(
        "A user's request for a reward. PENDING -> APPROVED | REJECTED | CANCELLED | EXPIRED; APPROVED -> FULFILLED | "
        "FAILED; FAILED -> FULFILLED | REVERSED; FULFILLED -> REVERSED. Every step is in `history`."
    ),
)
class RewardRequest:
    request: strawberry.Private[model.RewardRequest]
    id: strawberry.ID = open_field()
    status: RequestStatus = open_field()
    created_at: datetime = open_field()
    decided_at: datetime | None = open_field()
    expires_at: datetime | None = open_field()
    version: int = open_field()

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    def user(self) -> _UserHere | None:
        return User(id=strawberry.ID(self.request.user_id))

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    async def offer(self, info: RewardsInfo) -> RewardOffer:
        found = await info.context.offers_by_id.load(self.request.offer_id)
        if found is None:
            raise LookupError("a request's offer is gone")
        return RewardOffer.of(found)

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    def event(self) -> Event | None:
        return Event(id=strawberry.ID(self.request.event_id))

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    async def reward(self, info: RewardsInfo) -> Reward:
        found = await info.context.rewards_by_id.load(self.request.reward_id)
        if found is None:
            raise LookupError("a request's reward is gone")
        return to_reward(found)

    @strawberry.field(description="To operators, auditors and admins; null to others.", extensions=[staff_only()])
    def decided_by(self) -> _UserHere | None:
        return _actor(self.request.history[-1].actor_id)

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    def reason(self) -> str | None:
        return self.request.history[-1].reason

    @strawberry.field(
        description="What was handed over; null until FULFILLED, and the coupon's code only for its owner.",
        extensions=[OWNER_AND_STAFF],
    )
    def grant(self) -> Grant | None:
        grant = self.request.grant
        return None if grant is None else PointGrant(points=SafeInt(grant.points), expires_at=grant.expires_at)

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    def history(self) -> list[RequestStep]:
        return [RequestStep.of(step) for step in self.request.history]

    @classmethod
    def of(cls, request: model.RewardRequest) -> Self:
        return cls(
            request=request,
            id=strawberry.ID(request.id),
            status=RequestStatus(request.status.value),
            created_at=request.created_at,
            decided_at=request.decided_at,
            expires_at=None,
            version=request.version,
        )

    @classmethod
    async def resolve_reference(cls, info: RewardsInfo, id: strawberry.ID) -> Self | None:
        request = await info.context.visible_request(id)
        return None if request is None else cls.of(request)


@strawberry.type
class RewardRequestEdge:
    cursor: str
    node: RewardRequest


@strawberry.type(
    description=(
        "`totalCount` is counted only when asked for; 10,000 means at least that, null that counting took too long."
    )
)
class RewardRequestConnection:
    edges: list[RewardRequestEdge]
    page_info: PageInfo
    count: strawberry.Private[Any]

    @strawberry.field
    async def total_count(self) -> int | None:
        found: int | None = await self.count()
        return found

    @classmethod
    def of(cls, page: Page[model.RewardRequest], count: Any) -> Self:
        edges = [
            RewardRequestEdge(cursor=cursor, node=RewardRequest.of(row))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return cls(edges=edges, page_info=PageInfo.of(page), count=count)


@strawberry.enum
class RewardRequestSort(Enum):
    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"


@strawberry.input
class UserRewardRequestFilter:
    event_id: strawberry.ID | None = strawberry.UNSET
    offer_id: strawberry.ID | None = strawberry.UNSET
    statuses: list[RequestStatus] | None = strawberry.UNSET
    created_from: datetime | None = strawberry.UNSET
    created_before: datetime | None = strawberry.UNSET

    def query(self) -> RequestQuery:
        """The filter as the store takes it."""
        statuses = self.statuses if isinstance(self.statuses, list) else None
        return RequestQuery(
            event_id=self.event_id or None,
            offer_id=self.offer_id or None,
            statuses=None if statuses is None else tuple(model.RequestStatus(status.value) for status in statuses),
            created_from=self.created_from or None,
            created_before=self.created_before or None,
        )


@strawberry.enum
class LedgerKind(Enum):
    GRANT = "GRANT"
    SPEND = "SPEND"
    EXPIRE = "EXPIRE"
    REVERSE = "REVERSE"
    ADJUST = "ADJUST"


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
        lots = await info.context.lots_by_user.load(self.id) or LapsedAndNext()
        return SafeInt(head.balance - lots.lapsed)

    @strawberry.field(description="Points that lapse next, and when.")
    async def next_expiry(self, info: RewardsInfo) -> PointsExpiry | None:
        lots = await info.context.lots_by_user.load(self.id)
        if lots is None or lots.next_points is None or lots.next_at is None:
            return None
        return PointsExpiry(points=SafeInt(lots.next_points), at=lots.next_at)

    @strawberry.field
    async def entries(
        self,
        info: RewardsInfo,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> LedgerEntryConnection:
        scope = list_scope("Wallet.entries", LATEST_FIRST, {})
        bounds = page_bounds(info.context.cursors, scope, first, after, last, before)
        page = await info.context.ledger_by_user.page(self.id, (bounds, scope))
        edges = [
            LedgerEntryEdge(cursor=cursor, node=LedgerEntry.of(row))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return LedgerEntryConnection(edges=edges, page_info=PageInfo.of(page))


@federated(keys=["id"])
class User:
    id: strawberry.ID = open_field()

    @strawberry.field(
        description="To the user themself, and to operators, auditors and admins; null to others.",
        extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)],
    )
    def wallet(self) -> Wallet | None:
        return Wallet(id=self.id)

    @strawberry.field(
        description="To the user themself, and to operators, auditors and admins; null to others.",
        extensions=[NotBuiltYet(), Visible(SELF_AND_STAFF, to_self_and_staff)],
    )
    def badges(
        self,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> BadgeConnection | None:
        return None

    @strawberry.field(
        description="To the user themself, and to operators, auditors and admins; null to others.",
        extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)],
    )
    async def reward_requests(
        self,
        info: RewardsInfo,
        filter: UserRewardRequestFilter | None = strawberry.UNSET,
        sort: RewardRequestSort = RewardRequestSort.CREATED_AT_DESC,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> RewardRequestConnection | None:
        context = info.context
        query = filter.query() if filter else RequestQuery()
        order = SORTS[sort.value]
        scope = list_scope("User.rewardRequests", order, {"query": query})
        bounds = page_bounds(context.cursors, scope, first, after, last, before)
        page = await context.requests_by_user.page(self.id, (query, order, bounds, scope))

        async def count() -> int | None:
            return await count_requests(await context.recency.database(), self.id, query)

        return RewardRequestConnection.of(page, count)

    @classmethod
    def resolve_reference(cls, info: RewardsInfo, id: strawberry.ID) -> Self:
        # Whoever holds nothing here has an empty wallet; users says whether there is such a user.
        return cls(id=id)


AuditEntry, AuditEdge, AuditConnection = audit_types(User)
