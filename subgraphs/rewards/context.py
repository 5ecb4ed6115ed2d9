"""What one request to rewards carries."""

from dataclasses import dataclass

from strawberry.types import Info

from subgraphs.rewards.loaders.badges import BadgesByUser
from subgraphs.rewards.loaders.offers import ClaimabilityByOffer, OffersByEvent, OffersById, StocksByOffer
from subgraphs.rewards.loaders.requests import RequestsById, RequestsByUser
from subgraphs.rewards.loaders.rewards import PoolsByReward, RewardsById
from subgraphs.rewards.loaders.stats import DaysByEvent, RefusalsByEvent, TotalsByEvent
from subgraphs.rewards.loaders.wallets import HeadsByUser, LedgerByUser, LotsByUser
from subgraphs.rewards.model.offer import Offer
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.operations.claim.service import ClaimService
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.runtime.app_factory import AppResources
from subgraphs.runtime.auth.identity import Identity
from subgraphs.runtime.graphql.context import RequestContext


@dataclass
class RewardsContext(RequestContext):
    """Loaders and use cases of one request."""

    rewards_by_id: RewardsById
    pools_by_reward: PoolsByReward
    offers_by_id: OffersById
    offers_by_event: OffersByEvent
    stocks_by_offer: StocksByOffer
    claimability_by_offer: ClaimabilityByOffer
    requests_by_id: RequestsById
    requests_by_user: RequestsByUser
    badges_by_user: BadgesByUser
    ledger_by_user: LedgerByUser
    totals_by_event: TotalsByEvent
    refusals_by_event: RefusalsByEvent
    days_by_event: DaysByEvent
    heads_by_user: HeadsByUser
    lots_by_user: LotsByUser
    dependencies: Dependencies
    claims: ClaimService

    def forget_offer(self, offer: Offer) -> None:
        """After this request has changed the offer: what it read before is old."""
        self.offers_by_id.clear(offer.id)
        self.offers_by_event.clear(offer.event_id)
        self.stocks_by_offer.clear(offer.id)

    async def visible_request(self, request_id: str) -> RewardRequest | None:
        """The request, if this caller may see it: one's own, or any for staff."""
        found = await self.requests_by_id.load(request_id)
        if found is None or not (self.identity.is_user(found.user_id) or self.identity.is_staff):
            return None
        return found


RewardsInfo = Info[RewardsContext, None]


def make_context(
    resources: AppResources,
    dependencies: Dependencies,
    claims: ClaimService,
    identity: Identity,
) -> RewardsContext:
    """The context of one request by `identity`."""
    return _context(resources, dependencies, claims, identity, is_fill=False)


def _context(
    resources: AppResources,
    dependencies: Dependencies,
    claims: ClaimService,
    identity: Identity,
    *,
    is_fill: bool,
) -> RewardsContext:
    read_your_writes = resources.read_your_writes(identity, always_primary=is_fill)
    cached = resources.cached(identity, is_fill=is_fill)
    rewards_by_id, stocks_by_offer = RewardsById(read_your_writes, cached), StocksByOffer(read_your_writes)
    now = resources.clock.now()
    return RewardsContext(
        identity=identity,
        clock=resources.clock,
        cursors=resources.cursors,
        read_your_writes=read_your_writes,
        observer=resources.loaders,
        rewards_by_id=rewards_by_id,
        pools_by_reward=PoolsByReward(read_your_writes),
        offers_by_id=OffersById(read_your_writes, cached),
        offers_by_event=OffersByEvent(read_your_writes, cached),
        stocks_by_offer=stocks_by_offer,
        claimability_by_offer=ClaimabilityByOffer(
            read_your_writes, dependencies.events, stocks_by_offer, rewards_by_id, identity.user_id or "", now
        ),
        requests_by_id=RequestsById(read_your_writes),
        requests_by_user=RequestsByUser(read_your_writes, resources.cursors),
        badges_by_user=BadgesByUser(read_your_writes, resources.cursors),
        ledger_by_user=LedgerByUser(read_your_writes, resources.cursors),
        totals_by_event=TotalsByEvent(resources.mongo),
        refusals_by_event=RefusalsByEvent(resources.mongo),
        days_by_event=DaysByEvent(resources.mongo, dependencies.events, now),
        heads_by_user=HeadsByUser(resources.mongo),
        lots_by_user=LotsByUser(resources.mongo, now),
        dependencies=dependencies,
        claims=claims,
        cached=cached,
        remade=lambda other: _context(resources, dependencies, claims, other, is_fill=True),
    )
