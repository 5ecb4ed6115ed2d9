"""Offers, and events as rewards sees them."""

from datetime import datetime
from enum import Enum
from typing import Annotated, ClassVar, Self

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
    """Whether a claim on an offer waits for a decision."""

    AUTOMATIC = strawberry.enum_value("AUTOMATIC", description="Granted as soon as the claim is accepted.")
    MANUAL = strawberry.enum_value("MANUAL", description="Waits for an operator.")


@strawberry.enum
class LimitPeriod(Enum):
    """The period in which a limit counts, in the event's time zone."""

    EVER = strawberry.enum_value("EVER", description="The whole time.")
    DAY = strawberry.enum_value("DAY", description="A calendar day.")
    WEEK = strawberry.enum_value("WEEK", description="A week, from Monday.")
    MONTH = strawberry.enum_value("MONTH", description="A calendar month.")


@strawberry.enum
class ClaimabilityStatus(Enum):
    """What a claim would answer."""

    CLAIMABLE = strawberry.enum_value("CLAIMABLE", description="A claim would be accepted, unless somebody is faster.")
    CONDITIONS_NOT_MET = strawberry.enum_value(
        "CONDITIONS_NOT_MET", description="The viewer does not satisfy the event's rule yet."
    )
    EVENT_NOT_OPEN = strawberry.enum_value("EVENT_NOT_OPEN", description="The event is not ACTIVE.")
    OUT_OF_STOCK = strawberry.enum_value(
        "OUT_OF_STOCK", description="No unit is left, or no code in the coupon's pool."
    )
    LIMIT_REACHED = strawberry.enum_value(
        "LIMIT_REACHED", description="The viewer has had all that the offer allows in this period."
    )
    BUDGET_EXHAUSTED = strawberry.enum_value(
        "BUDGET_EXHAUSTED", description="The points left in the offer's budget do not suffice."
    )
    DISABLED = strawberry.enum_value(
        "DISABLED", description="The offer is disabled; only operators, auditors and admins see such offers."
    )


@strawberry.type
class Claimability:
    """What the viewer can expect of a claim on the offer now."""

    status: ClaimabilityStatus = strawberry.field(
        description="CLAIMABLE, or the first refusal that a claim would meet."
    )
    claims_left: int = strawberry.field(description="How many more claims the viewer's limit allows in this period.")
    resets_at: datetime | None = strawberry.field(
        description="When the next period of the limit begins; null when it never does."
    )


@strawberry.type
class UserLimit:
    """How often one user may have what is offered."""

    count: int = strawberry.field(description="At most so many in each period.")
    period: LimitPeriod = strawberry.field(description="The period in which they are counted.")


@strawberry.type
class Stock:
    """The units of an offer. At every moment `total` = `remaining` + `reserved` + `issued`."""

    stock: strawberry.Private[model.Stock]
    total: int | None = strawberry.field(description="How many units in all; null means unlimited.")
    remaining: int | None = strawberry.field(description="Units that can still be claimed; null means unlimited.")

    @strawberry.field(extensions=[staff_only()])
    def reserved(self) -> int | None:
        """Units that PENDING requests hold, for operators, auditors and admins; null to others."""
        return self.stock.reserved

    @strawberry.field(extensions=[staff_only()])
    def issued(self) -> int | None:
        """Units that were given and not taken back, for operators, auditors and admins; null to others."""
        return self.stock.issued


@strawberry.type
class PointsBudget:
    """The points that an offer's grants may come to. At every moment `limit` = `remaining` + `reserved` + `spent`."""

    limit: SafeInt = strawberry.field(description="How many points in all; null means unlimited.")
    remaining: SafeInt = strawberry.field(description="Points that can still be claimed; null means unlimited.")
    reserved: SafeInt = strawberry.field(description="Points that PENDING requests hold.")
    spent: SafeInt = strawberry.field(description="Points that were granted and not taken back.")


@federated(keys=["id"])
class Event:
    """A campaign: a window in time and a rule over what users did.

    `status` follows the clock: a published event is SCHEDULED, ACTIVE or ENDED by its window [startsAt, endsAt) at the
    moment of asking, whatever was stored last.
    """

    id: strawberry.ID = open_field("Opaque; unique among events.")

    @strawberry.field(extensions=[CacheHint(OFFERS_OF_EVENT, Scope.ROLE), ANYBODY])
    async def offers(
        self,
        info: RewardsInfo,
        include_disabled: Annotated[
            bool, strawberry.argument(description="True shows disabled offers too, for operators, auditors and admins.")
        ] = False,
    ) -> list["RewardOffer"] | None:
        """What the event offers, by position.

        Disabled offers show only to operators, auditors and admins who ask for them.
        """
        offers = await info.context.offers_by_event.load(self.id) or ()
        disabled_too = include_disabled and info.context.identity.is_staff
        return [RewardOffer.of(offer) for offer in offers if offer.enabled or disabled_too]

    @strawberry.field(extensions=[staff_only()])
    async def stats(self, info: RewardsInfo) -> EventStats | None:
        """What became of the event's offers, for operators, auditors and admins; null to others.

        Counted when asked for; `asOf` says as of when.
        """
        totals = await info.context.totals_by_event.load(self.id)
        return EventStats.of(self.id, totals or Totals(), info.context.now)

    @classmethod
    def resolve_reference(cls, info: RewardsInfo, id: strawberry.ID) -> Self:
        # Whether there is such an event is for events to say; one without offers has none.
        """Resolves a federated reference by its id."""
        return cls(id=id)


@federated(keys=["id"])
class RewardOffer:
    """One event's offer of one reward."""

    # Disabled ones are for staff.

    reference: ClassVar[CacheHint] = CacheHint(OFFER, Scope.ROLE)
    offer: strawberry.Private[model.Offer]
    id: strawberry.ID = open_field("Opaque; unique among offers.")
    position: int = open_field("Its place among the event's offers, the smallest first.")
    approval: ApprovalMode = open_field("Whether a claim is granted at once or waits for a decision.")
    per_user: UserLimit = open_field("How often one user may have it.")
    reservation_seconds: int = open_field("How long a manual request holds its stock before it expires.")
    enabled: bool = open_field(
        "False when it cannot be claimed; such offers show only to operators, auditors and admins."
    )
    version: int = open_field("Raised by every change of the offer, to be sent as `expectedVersion`.")

    @strawberry.field(extensions=[ANYBODY])
    def event(self) -> Event | None:
        """The event; null when it could not be told."""
        return Event(id=strawberry.ID(self.offer.event_id))

    @strawberry.field(extensions=[CacheHint(REWARD, Scope.PUBLIC), ANYBODY])
    async def reward(self, info: RewardsInfo) -> Reward:
        """What is offered."""
        found = await info.context.rewards_by_id.load(self.offer.reward_id)
        if found is None:
            raise LookupError("an offer's reward is gone")
        return to_reward(found)

    @strawberry.field(extensions=[ANYBODY])
    async def stock(self, info: RewardsInfo) -> Stock | None:
        """How many units there are; null when that could not be told. Read for each request, never from a cache."""
        found = await info.context.stocks_by_offer.load(self.id)
        return None if found is None else Stock(stock=found, total=found.total, remaining=found.remaining)

    @strawberry.field(extensions=[staff_only()])
    async def budget(self, info: RewardsInfo) -> PointsBudget | None:
        """The points that its grants may come to, for operators, auditors and admins; null to others."""
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
            "What the signed-in user can expect of a claim now; null when nobody is signed in, and when "
            "it could not be told."
        ),
        extensions=[Visible("user", lambda viewer, _: viewer.user_id is not None)],
    )
    async def my_claimability(self, info: RewardsInfo) -> Claimability | None:
        """Asks the loader, which asks events once for all offers of the request."""
        found = await info.context.claimability_by_offer.load(self.offer)
        if found is None:
            return None
        status = ClaimabilityStatus(found.status.value)
        return Claimability(status=status, claims_left=found.claims_left, resets_at=found.resets_at)

    @classmethod
    def of(cls, offer: model.Offer) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
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
        """Resolves a federated reference by its id."""
        offer = await info.context.offers_by_id.load(id)
        if offer is None or not (offer.enabled or info.context.identity.is_staff):
            return None
        return cls.of(offer)
