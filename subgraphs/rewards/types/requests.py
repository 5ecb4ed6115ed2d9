"""Requests, and what was granted."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

import strawberry
from strawberry.federation import type as federated

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model import grant as grants
from subgraphs.rewards.model import request as model
from subgraphs.rewards.model.request_status import RequestStatus as RequestStatusModel
from subgraphs.rewards.store.request_lists import RequestQuery
from subgraphs.rewards.types.offers import Event, RewardOffer
from subgraphs.rewards.types.rewards import Reward, to_reward
from subgraphs.runtime.graphql.page_info import PageInfo
from subgraphs.runtime.graphql.permissions import Visible, open_field, staff_only
from subgraphs.runtime.graphql.projections import Projection
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.pagination.cursors import Page

if TYPE_CHECKING:
    from subgraphs.rewards.types.users import User

_UserHere = Annotated["User", strawberry.lazy("subgraphs.rewards.types.users")]
_EXPIRING = (RequestStatusModel.PENDING, RequestStatusModel.EXPIRED)
OWNER_AND_STAFF = Visible("the owner, operator, auditor, admin", lambda *_: True)


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


def user_here(user_id: str) -> "User":
    """The user as rewards shows them. Imported late: users hold requests, and requests name users."""
    from subgraphs.rewards.types.users import User

    return User(id=strawberry.ID(user_id))


@strawberry.type
class RequestStep:
    step: strawberry.Private[model.RequestStep]
    at: datetime
    from_: RequestStatus | None = strawberry.field(name="from")
    to: RequestStatus
    reason: str | None

    @strawberry.field(description="To operators, auditors and admins; null to others.", extensions=[staff_only()])
    def actor(self) -> _UserHere | None:
        return None if self.step.actor_id is None else user_here(self.step.actor_id)

    @classmethod
    def of(cls, step: model.RequestStep) -> Self:
        return cls(
            step=step,
            at=step.at,
            from_=None if step.source is None else RequestStatus(step.source.value),
            to=RequestStatus(step.target.value),
            reason=step.reason,
        )


# Of requests in a list; one by its id is read whole. What a request's status is the clock says too.
REQUEST_PROJECTION: Final = Projection(
    {
        "id": (),
        "status": (),
        "createdAt": ("createdAt",),
        "decidedAt": ("decidedAt",),
        "expiresAt": (),
        "version": ("version",),
        "user": ("userId",),
        "offer": ("offerId",),
        "event": ("eventId",),
        "reward": ("rewardId",),
        "decidedBy": ("history",),
        "reason": ("history",),
        "grant": ("grant", "userId"),
        "history": ("history",),
    },
    always=("status", "expiresAt"),
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
        return user_here(self.request.user_id)

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
        decider = self.request.decided_by
        return None if decider is None else user_here(decider)

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    def reason(self) -> str | None:
        return self.request.reason

    @strawberry.field(
        description="What was handed over; null until FULFILLED, and the coupon's code only for its owner.",
        extensions=[OWNER_AND_STAFF],
    )
    def grant(self, info: RewardsInfo) -> Grant | None:
        match self.request.grant:
            case None:
                return None
            case grants.PointGrant(points=points, expires_at=expires_at):
                return PointGrant(points=SafeInt(points), expires_at=expires_at)
            case grants.ItemGrant(sku=sku, quantity=quantity, delivered_at=delivered_at):
                return ItemGrant(sku=sku, quantity=quantity, delivered_at=delivered_at)
            case grants.CouponGrant(code=code):
                return CouponGrant(code=code if info.context.identity.is_user(self.request.user_id) else None)
            case grants.BadgeGrant(image_url=image_url):
                return BadgeGrant(image_url=image_url)

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    def history(self) -> list[RequestStep]:
        return [RequestStep.of(step) for step in self.request.history]

    @classmethod
    def of(cls, stored: model.RewardRequest, now: datetime) -> Self:
        """The request as it is at `now`."""
        request = stored.as_of(now)
        return cls(
            request=request,
            id=strawberry.ID(request.id),
            status=RequestStatus(request.status.value),
            created_at=request.created_at,
            decided_at=request.decided_at,
            # Once it is decided, nothing of it expires.
            expires_at=request.expires_at if request.status in _EXPIRING else None,
            version=request.version,
        )

    @classmethod
    async def resolve_reference(cls, info: RewardsInfo, id: strawberry.ID) -> Self | None:
        request = await info.context.visible_request(id)
        return None if request is None else cls.of(request, info.context.now)


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
    def of(cls, page: Page[model.RewardRequest], now: datetime, count: Any) -> Self:
        edges = [
            RewardRequestEdge(cursor=cursor, node=RewardRequest.of(row, now))
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
            statuses=None if statuses is None else tuple(RequestStatusModel(status.value) for status in statuses),
            created_from=self.created_from or None,
            created_before=self.created_before or None,
        )
