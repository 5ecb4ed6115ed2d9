"""Requests, and what was granted."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Final, Self

import strawberry
from strawberry.federation import type as federated

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model import grant as grants
from subgraphs.rewards.model import request as model
from subgraphs.rewards.model.request_status import RequestStatus as RequestStatusModel
from subgraphs.rewards.types.grants import BadgeGrant, CouponGrant, Grant, ItemGrant, PointGrant
from subgraphs.rewards.types.offers import Event, RewardOffer
from subgraphs.rewards.types.rewards import Reward, to_reward
from subgraphs.runtime.graphql.permissions import Visible, open_field, staff_only
from subgraphs.runtime.graphql.projections import Projection
from subgraphs.runtime.graphql.scalars import SafeInt

if TYPE_CHECKING:
    from subgraphs.rewards.types.users import User


_UserHere = Annotated["User", strawberry.lazy("subgraphs.rewards.types.users")]


_EXPIRING = (RequestStatusModel.PENDING, RequestStatusModel.EXPIRED)


OWNER_AND_STAFF = Visible("the owner, operator, auditor, admin", lambda *_: True)


@strawberry.enum
class RequestStatus(Enum):
    """Where a request stands."""

    PENDING = strawberry.enum_value("PENDING", description="Waits for an operator's decision, until `expiresAt`.")
    APPROVED = strawberry.enum_value("APPROVED", description="Its items are being delivered.")
    FULFILLED = strawberry.enum_value("FULFILLED", description="The user has what was claimed.")
    REJECTED = strawberry.enum_value("REJECTED", description="An operator refused it.")
    CANCELLED = strawberry.enum_value("CANCELLED", description="The user cancelled it.")
    EXPIRED = strawberry.enum_value("EXPIRED", description="Nobody decided it in time.")
    FAILED = strawberry.enum_value(
        "FAILED", description="Its items could not be delivered; an operator can try again or reverse it."
    )
    REVERSED = strawberry.enum_value("REVERSED", description="What it brought was taken back.")


def user_here(user_id: str) -> "User":
    """The user as rewards shows them. Imported late: users hold requests, and requests name users."""
    from subgraphs.rewards.types.users import User

    return User(id=strawberry.ID(user_id))


@strawberry.type
class RequestStep:
    """One change of a request's status."""

    step: strawberry.Private[model.RequestStep]
    at: datetime = strawberry.field(description="When it happened.")
    from_: RequestStatus | None = strawberry.field(
        name="from", description="The status before; null for the claim itself."
    )
    to: RequestStatus = strawberry.field(description="The status after.")
    reason: str | None = strawberry.field(description="The reason that was given; null when none was.")

    @strawberry.field(
        description=(
            "Who did it, for operators, auditors and admins; null to others, for the user's own claim, "
            "and for the system."
        ),
        extensions=[staff_only()],
    )
    def actor(self) -> _UserHere | None:
        """Names the actor to staff."""
        return None if self.step.actor_id is None else user_here(self.step.actor_id)

    @classmethod
    def of(cls, step: model.RequestStep) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
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


@federated(keys=["id"])
class RewardRequest:
    """A user's claim on an offer, and what became of it."""

    request: strawberry.Private[model.RewardRequest]
    id: strawberry.ID = open_field("Opaque; unique among requests.")
    status: RequestStatus = open_field("Where it stands at the moment of asking.")
    created_at: datetime = open_field("When it was claimed.")
    decided_at: datetime | None = open_field(
        "When it was granted, approved or rejected; null while nobody has decided, and when nobody did."
    )
    expires_at: datetime | None = open_field(
        "Until when it waits for a decision, or waited, while it is PENDING or EXPIRED; null otherwise."
    )
    version: int = open_field("Raised by every change of the request.")

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    def user(self) -> _UserHere | None:
        """Who claimed; null when the account could not be told."""
        return user_here(self.request.user_id)

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    async def offer(self, info: RewardsInfo) -> RewardOffer:
        """The offer that was claimed."""
        found = await info.context.offers_by_id.load(self.request.offer_id)
        if found is None:
            raise LookupError("a request's offer is gone")
        return RewardOffer.of(found)

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    def event(self) -> Event | None:
        """The offer's event; null when it could not be told."""
        return Event(id=strawberry.ID(self.request.event_id))

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    async def reward(self, info: RewardsInfo) -> Reward:
        """The reward that was claimed."""
        found = await info.context.rewards_by_id.load(self.request.reward_id)
        if found is None:
            raise LookupError("a request's reward is gone")
        return to_reward(found)

    @strawberry.field(
        description=(
            "Who approved or rejected it, for operators, auditors and admins; null to others, for the "
            "system, and when nobody did."
        ),
        extensions=[staff_only()],
    )
    def decided_by(self) -> _UserHere | None:
        """Names who decided to staff."""
        decider = self.request.decided_by
        return None if decider is None else user_here(decider)

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    def reason(self) -> str | None:
        """The reason that was given last; null when none was."""
        return self.request.reason

    @strawberry.field(extensions=[OWNER_AND_STAFF])
    def grant(self, info: RewardsInfo) -> Grant | None:
        """What it brought; null until it is FULFILLED. A coupon's code shows to its owner only."""
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
        """Each change of its status, the earliest first."""
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
        """Resolves a federated reference by its id."""
        request = await info.context.visible_request(id)
        return None if request is None else cls.of(request, info.context.now)
