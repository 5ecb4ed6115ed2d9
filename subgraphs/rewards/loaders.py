"""The dataloaders of rewards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from dataloaders import One, Pages
from subgraphs.rewards.clients.events import EventsClient
from subgraphs.rewards.model.claimability import Claimability
from subgraphs.rewards.model.code import PoolCounts
from subgraphs.rewards.model.offer import Offer, Stock
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.reward import Award, Reward
from subgraphs.rewards.model.wallet import Head, LapsedAndNext, LedgerEntry
from subgraphs.rewards.operations.claimability import claimability
from subgraphs.rewards.store.badges import badge_pages
from subgraphs.rewards.store.codes import pool_counts
from subgraphs.rewards.store.offers import offer_document, offers_by_event, offers_by_id, stocks_by_offer, to_offer
from subgraphs.rewards.store.requests import RequestQuery, pages_by_user, requests_by_id
from subgraphs.rewards.store.rewards import reward_document, rewards_by_id, to_reward
from subgraphs.rewards.store.wallets import heads, lapsed_and_next, ledger_pages
from subgraphs.runtime.cache import CachedEntityLoader, CacheUse, Entity, Policy, Scope
from subgraphs.runtime.clients.subgraph import SubgraphUnavailable
from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import Fields

RequestPageArgs = tuple[RequestQuery, datetime, Sort, PageBounds, str, Fields]
Offers = tuple[Offer, ...]
LedgerPageArgs = tuple[PageBounds, str, Fields]
PlainPageArgs = tuple[PageBounds, str]
# What operators write and everybody reads; what claims change (stocks, codes, wallets) is never kept.
LONG: Final = 3600.0
STALE: Final = 300.0


REWARD: Final = Entity(
    Policy(
        name="Reward",
        ttl=LONG,
        scope=Scope.PUBLIC,
        tags=("Reward:{id}",),
        dump=reward_document,
        load=to_reward,
        stale_for=STALE,
    ),
    rewards_by_id,
)
OFFER: Final = Entity(
    Policy(
        name="RewardOffer",
        ttl=LONG,
        scope=Scope.PUBLIC,
        tags=("RewardOffer:{id}",),
        dump=offer_document,
        load=to_offer,
        stale_for=STALE,
    ),
    offers_by_id,
)
OFFERS_OF_EVENT: Final = Entity(
    Policy(
        name="Event.offers",
        ttl=LONG,
        scope=Scope.PUBLIC,
        tags=("Event.offers:{id}",),
        dump=lambda offers: [offer_document(offer) for offer in offers],
        load=lambda rows: tuple(to_offer(row) for row in rows),
        stale_for=STALE,
    ),
    offers_by_event,
)


class RewardsById(CachedEntityLoader[Reward]):
    """A reward, or None."""

    def __init__(self, read_your_writes: ReadYourWrites, use: CacheUse) -> None:
        super().__init__(REWARD, read_your_writes, use)


class PoolsByReward(One[str, PoolCounts]):
    """How many codes of a coupon's pool are free, issued and revoked; None when counting took too long."""

    def __init__(self, read_your_writes: ReadYourWrites) -> None:
        super().__init__(read_your_writes.reading(pool_counts))


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


class RequestsById(One[str, RewardRequest]):
    """A request of whomever, or None. Who may see it is decided by whoever asks."""

    def __init__(self, read_your_writes: ReadYourWrites) -> None:
        super().__init__(read_your_writes.reading(requests_by_id))


class BadgesByUser(Pages[PlainPageArgs, Page[Award]]):
    """A page of each user's badges."""

    def __init__(self, read_your_writes: ReadYourWrites, cursors: Cursors) -> None:
        async def find(user_ids: Sequence[str], args: PlainPageArgs) -> Mapping[str, Page[Award]]:
            bounds, scope = args
            return await badge_pages(await read_your_writes.database(), user_ids, bounds, cursors, scope)

        super().__init__(find)


class RequestsByUser(Pages[RequestPageArgs, Page[RewardRequest]]):
    """A page of each user's requests."""

    def __init__(self, read_your_writes: ReadYourWrites, cursors: Cursors) -> None:
        async def find(user_ids: Sequence[str], args: RequestPageArgs) -> Mapping[str, Page[RewardRequest]]:
            query, now, sort, bounds, scope, fields = args
            database = await read_your_writes.database()
            return await pages_by_user(database, user_ids, query, now, sort, bounds, cursors, scope, fields)

        super().__init__(find)


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


class LotsByUser(One[str, LapsedAndNext]):
    """What of each wallet lapsed, and lapses next, read from the primary."""

    def __init__(self, mongo: Mongo, now: datetime) -> None:
        async def find(user_ids: Sequence[str]) -> Mapping[str, LapsedAndNext]:
            return await lapsed_and_next(mongo.write, user_ids, now)

        super().__init__(find)
