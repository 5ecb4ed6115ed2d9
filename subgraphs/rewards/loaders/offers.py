"""The dataloaders of offers, their stock, and what a viewer can expect of a claim."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from dataloaders import One
from subgraphs.rewards.clients.events import EventsClient
from subgraphs.rewards.loaders.rewards import REFERENCE_STALE_SECONDS, REFERENCE_TTL_SECONDS, RewardsById
from subgraphs.rewards.model.claimability import Claimability
from subgraphs.rewards.model.offer import Offer, Stock
from subgraphs.rewards.operations.claimability import claimability
from subgraphs.rewards.store.offers import offer_document, offers_by_event, offers_by_id, stocks_by_offer, to_offer
from subgraphs.runtime.cache import CachedEntityLoader, CacheUse, Entity, Policy, Scope
from subgraphs.runtime.clients.subgraph import SubgraphUnavailable
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites

OFFER: Final = Entity(
    Policy(
        name="RewardOffer",
        ttl=REFERENCE_TTL_SECONDS,
        scope=Scope.PUBLIC,
        tags=("RewardOffer:{id}",),
        dump=offer_document,
        load=to_offer,
        stale_for=REFERENCE_STALE_SECONDS,
    ),
    offers_by_id,
)


OFFERS_OF_EVENT: Final = Entity(
    Policy(
        name="Event.offers",
        ttl=REFERENCE_TTL_SECONDS,
        scope=Scope.PUBLIC,
        tags=("Event.offers:{id}",),
        dump=lambda offers: [offer_document(offer) for offer in offers],
        load=lambda rows: tuple(to_offer(row) for row in rows),
        stale_for=REFERENCE_STALE_SECONDS,
    ),
    offers_by_event,
)


Offers = tuple[Offer, ...]


class OffersById(CachedEntityLoader[Offer]):
    """An offer, enabled or not, or None. Who may see it is decided by whoever asks."""

    def __init__(self, read_your_writes: ReadYourWrites, use: CacheUse) -> None:
        super().__init__(OFFER, read_your_writes, use)


class OffersByEvent(CachedEntityLoader[Offers]):
    """An event's offers, enabled or not, by position; None when it has none."""

    def __init__(self, read_your_writes: ReadYourWrites, use: CacheUse) -> None:
        super().__init__(OFFERS_OF_EVENT, read_your_writes, use)


class StocksByOffer(One[str, Stock]):
    """An offer's stock."""

    def __init__(self, read_your_writes: ReadYourWrites) -> None:
        super().__init__(read_your_writes.reading(stocks_by_offer))


class ClaimabilityByOffer(One[Offer, Claimability]):
    """What the user can expect of a claim on each offer; None where events cannot be asked."""

    def __init__(
        self,
        read_your_writes: ReadYourWrites,
        events: EventsClient,
        stocks: StocksByOffer,
        rewards: RewardsById,
        user_id: str,
        now: datetime,
    ) -> None:
        async def find(offers: Sequence[Offer]) -> Mapping[Offer, Claimability]:
            held, given = await asyncio.gather(
                asyncio.gather(*(stocks.load(offer.id) for offer in offers)),
                asyncio.gather(*(rewards.load(offer.reward_id) for offer in offers)),
            )
            whole = [
                (offer, stock, reward)
                for offer, stock, reward in zip(offers, held, given, strict=True)
                if stock is not None and reward is not None
            ]
            try:
                return await claimability(events, await read_your_writes.database(), user_id, whole, now)
            except SubgraphUnavailable:
                return {}

        super().__init__(find)
