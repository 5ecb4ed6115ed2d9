"""Offers, and events as rewards sees them."""

from datetime import datetime
from enum import Enum
from typing import ClassVar, Self

import strawberry
from strawberry.federation import type as federated

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.loaders.offers import OFFER, OFFERS_OF_EVENT
from subgraphs.rewards.loaders.rewards import REWARD
from subgraphs.rewards.model import offer as model
from subgraphs.rewards.model.stats import Totals
from subgraphs.rewards.types.rewards import Reward, to_reward
from subgraphs.rewards.types.stats import EventStats
from subgraphs.runtime.cache import Scope
from subgraphs.runtime.graphql.cached import CacheHint
from subgraphs.runtime.graphql.permissions import Visible, open_field, staff_only
from subgraphs.runtime.graphql.scalars import SafeInt

ANYBODY = Visible("anybody who can reach the object", lambda *_: True)


@strawberry.enum
class ApprovalMode(Enum):
    AUTOMATIC = strawberry.enum_value("AUTOMATIC", description="Granted as soon as the claim is accepted.")
    MANUAL = strawberry.enum_value("MANUAL", description="Waits for an operator.")


@strawberry.enum
class LimitPeriod(Enum):
    EVER = "EVER"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


@strawberry.enum
class ClaimabilityStatus(Enum):
    CLAIMABLE = "CLAIMABLE"
    CONDITIONS_NOT_MET = "CONDITIONS_NOT_MET"
    EVENT_NOT_OPEN = "EVENT_NOT_OPEN"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    LIMIT_REACHED = "LIMIT_REACHED"
    BUDGET_EXHAUSTED = "BUDGET_EXHAUSTED"
    DISABLED = "DISABLED"


@strawberry.type
class Claimability:
    status: ClaimabilityStatus
    claims_left: int
    resets_at: datetime | None


@strawberry.type(description="At most `count` grants a user in each `period`, counted in the event's time zone.")
class UserLimit:
    count: int
    period: LimitPeriod


@strawberry.type(
    description=(
        "`total` null: unlimited. total = remaining + reserved + issued, at every moment. "
        "`reserved` and `issued` to operators, auditors and admins; null to others."
    )
)
class Stock:
    stock: strawberry.Private[model.Stock]
    total: int | None
    remaining: int | None

    @strawberry.field(extensions=[staff_only()])
    def reserved(self) -> int | None:
        return self.stock.reserved

    @strawberry.field(extensions=[staff_only()])
    def issued(self) -> int | None:
        return self.stock.issued


@strawberry.type(
    description="A ceiling of points over all users. limit = remaining + reserved + spent, at every moment."
)
class PointsBudget:
    limit: SafeInt
    remaining: SafeInt
    reserved: SafeInt
    spent: SafeInt


@federated(keys=["id"])
class Event:
    id: strawberry.ID = open_field()

    @strawberry.field(
        description="By position, at most 50. Disabled ones only to operators, auditors and admins.",
        extensions=[CacheHint(OFFERS_OF_EVENT, Scope.ROLE), ANYBODY],
    )
    async def offers(self, info: RewardsInfo, include_disabled: bool = False) -> list["RewardOffer"] | None:
        offers = await info.context.offers_by_event.load(self.id) or ()
        disabled_too = include_disabled and info.context.identity.is_staff
        return [RewardOffer.of(offer) for offer in offers if offer.enabled or disabled_too]

    @strawberry.field(
        description="Operators, auditors and admins only. Kept by the analytics worker; `asOf` says up to when.",
        extensions=[staff_only()],
    )
    async def stats(self, info: RewardsInfo) -> EventStats | None:
        totals = await info.context.totals_by_event.load(self.id)
        return EventStats.of(self.id, totals or Totals(), info.context.now)

    @classmethod
    def resolve_reference(cls, info: RewardsInfo, id: strawberry.ID) -> Self:
        # Whether there is such an event is for events to say; one without offers has none.
        return cls(id=id)


@federated(keys=["id"], description="One event's offer of one reward.")
class RewardOffer:
    # Disabled ones are for staff.
    reference: ClassVar[CacheHint] = CacheHint(OFFER, Scope.ROLE)
    offer: strawberry.Private[model.Offer]
    id: strawberry.ID = open_field()
    position: int = open_field()
    approval: ApprovalMode = open_field()
    per_user: UserLimit = open_field()
    reservation_seconds: int = open_field("How long a manual request holds its stock before it expires.")
    enabled: bool = open_field()
    version: int = open_field()

    @strawberry.field(extensions=[ANYBODY])
    def event(self) -> Event | None:
        return Event(id=strawberry.ID(self.offer.event_id))

    @strawberry.field(extensions=[CacheHint(REWARD, Scope.PUBLIC), ANYBODY])
    async def reward(self, info: RewardsInfo) -> Reward:
        found = await info.context.rewards_by_id.load(self.offer.reward_id)
        if found is None:
            raise LookupError("an offer's reward is gone")
        return to_reward(found)

    @strawberry.field(extensions=[ANYBODY])
    async def stock(self, info: RewardsInfo) -> Stock | None:
        found = await info.context.stocks_by_offer.load(self.id)
        return None if found is None else Stock(stock=found, total=found.total, remaining=found.remaining)

    @strawberry.field(
        description="To operators, auditors and admins; null to others, or where there is none.",
        extensions=[staff_only()],
    )
    async def budget(self, info: RewardsInfo) -> PointsBudget | None:
        found = await info.context.stocks_by_offer.load(self.id)
        budget = None if found is None else found.budget
        if budget is None or budget.limit is None or budget.remaining is None:
            return None
        return PointsBudget(
            limit=SafeInt(budget.limit),
            remaining=SafeInt(budget.remaining),
            reserved=SafeInt(budget.reserved),
            spent=SafeInt(budget.spent),
        )

    @strawberry.field(
        description=(
            "What the signed-in user can expect of a claim now; a hint, decided for good only by `claimReward`."
        ),
        extensions=[Visible("user", lambda viewer, _: viewer.user_id is not None)],
    )
    async def my_claimability(self, info: RewardsInfo) -> Claimability | None:
        found = await info.context.claimability_by_offer.load(self.offer)
        if found is None:
            return None
        status = ClaimabilityStatus(found.status.value)
        return Claimability(status=status, claims_left=found.claims_left, resets_at=found.resets_at)

    @classmethod
    def of(cls, offer: model.Offer) -> Self:
        limit = offer.per_user
        return cls(
            offer=offer,
            id=strawberry.ID(offer.id),
            position=offer.position,
            approval=ApprovalMode(offer.approval.value),
            per_user=UserLimit(count=limit.count, period=LimitPeriod(limit.period.value)),
            reservation_seconds=offer.reservation_seconds,
            enabled=offer.enabled,
            version=offer.version,
        )

    @classmethod
    async def resolve_reference(cls, info: RewardsInfo, id: strawberry.ID) -> Self | None:
        offer = await info.context.offers_by_id.load(id)
        if offer is None or not (offer.enabled or info.context.identity.is_staff):
            return None
        return cls.of(offer)
