"""Offers, and their stock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from subgraphs.rewards.model.offer import (
    MAX_OFFERS,
    ApprovalMode,
    Budget,
    Offer,
    Stock,
    StockPlace,
    UserLimit,
    event_of_offer,
)
from subgraphs.rewards.model.period import LimitPeriod
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session

_BY_POSITION: Final = Index((("eventId", 1), ("position", 1), ("_id", 1)))


def offer_tags(offer_id: str) -> tuple[str, ...]:
    """The tags of cached values that an offer is part of: itself, and its event's list."""
    return (f"RewardOffer:{offer_id}", f"Event.offers:{event_of_offer(offer_id)}")


OFFERS: Final = Collection(
    "offers",
    cache_tags=offer_tags,
    shard_key=(("eventId", "hashed"),),
    # The ordinals are the limit of offers an event: of two offers made at once one must take another.
    indexes=(
        _BY_POSITION,
        Index((("eventId", 1), ("ordinal", 1)), unique=True),
    ),
)
# The budget stands in the stock's document: one conditional write takes from both, and one document is hot, not two.
STOCK: Final = Collection("stock", shard_key=(("eventId", "hashed"),), indexes=(Index((("eventId", 1), ("_id", 1))),))

_BUDGET_PARTS: Final = {
    StockPlace.REMAINING: "budget.remaining",
    StockPlace.RESERVED: "budget.reserved",
    StockPlace.ISSUED: "budget.spent",
}


def offer_document(offer: Offer) -> Document:
    """How an offer is stored."""
    return {
        "_id": offer.id,
        "eventId": offer.event_id,
        "rewardId": offer.reward_id,
        "ordinal": offer.ordinal,
        "position": offer.position,
        "approval": offer.approval.value,
        "perUser": {"count": offer.per_user.count, "period": offer.per_user.period.value},
        "reservationSeconds": offer.reservation_seconds,
        "enabled": offer.enabled,
        "version": offer.version,
        "createdAt": offer.created_at,
    }


def to_offer(document: Mapping[str, Any]) -> Offer:
    """The offer that is stored."""
    per_user = document["perUser"]
    return Offer(
        id=document["_id"],
        event_id=document["eventId"],
        reward_id=document["rewardId"],
        ordinal=document["ordinal"],
        position=document["position"],
        approval=ApprovalMode(document["approval"]),
        per_user=UserLimit(per_user["count"], LimitPeriod(per_user["period"])),
        reservation_seconds=document["reservationSeconds"],
        enabled=document["enabled"],
        version=document["version"],
        created_at=document["createdAt"],
    )


def stock_document(stock: Stock) -> Document:
    """How a stock is stored."""
    budget = stock.budget
    return {
        "_id": stock.offer_id,
        "eventId": event_of_offer(stock.offer_id),
        "offerVersion": stock.offer_version,
        "total": stock.total,
        "remaining": stock.remaining,
        "reserved": stock.reserved,
        "issued": stock.issued,
        "budget": {
            "limit": budget.limit,
            "remaining": budget.remaining,
            "reserved": budget.reserved,
            "spent": budget.spent,
        },
    }


def to_stock(document: Mapping[str, Any]) -> Stock:
    """The stock that is stored."""
    return Stock(
        offer_id=document["_id"],
        offer_version=document["offerVersion"],
        total=document["total"],
        remaining=document["remaining"],
        reserved=document["reserved"],
        issued=document["issued"],
        budget=Budget(**document["budget"]),
    )


async def offers_by_id(database: Database, ids: Sequence[str]) -> dict[str, Offer]:
    """The offers among `ids`, in one query to the shards of their events."""
    found = database[OFFERS.name].find(_by_offer(ids))
    return {document["_id"]: to_offer(document) async for document in found}


async def offers_by_event(database: Database, event_ids: Sequence[str]) -> dict[str, tuple[Offer, ...]]:
    """Each event's offers by position, in one query. An event has at most 50."""
    found = database[OFFERS.name].find(
        {"eventId": {"$in": list(event_ids)}},
        sort=[("eventId", 1), ("position", 1), ("_id", 1)],
        limit=MAX_OFFERS * len(event_ids),
        hint=_BY_POSITION.name,
    )
    offers: dict[str, list[Offer]] = {}
    async for document in found:
        offers.setdefault(document["eventId"], []).append(to_offer(document))
    return {event_id: tuple(found) for event_id, found in offers.items()}


async def stocks_by_offer(database: Database, offer_ids: Sequence[str]) -> dict[str, Stock]:
    """The stocks of these offers, in one query."""
    found = database[STOCK.name].find(_by_offer(offer_ids))
    return {document["_id"]: to_stock(document) async for document in found}


def _by_offer(offer_ids: Sequence[str]) -> Document:
    events = sorted({event_of_offer(offer_id) for offer_id in offer_ids})
    return {"eventId": {"$in": events}, "_id": {"$in": list(offer_ids)}}


class OrdinalTaken(Exception):
    """Another offer of the event has this ordinal."""


class OfferStore:
    """Reads that decide, and writes: all at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._database = mongo.write
        self._offers = mongo.write[OFFERS.name]
        self._stock = mongo.write[STOCK.name]

    async def insert_offer(self, offer: Offer, stock: Stock, session: Session) -> None:
        """Raises OrdinalTaken when another offer of the event has the ordinal; the transaction is then over."""
        try:
            await self._offers.insert_one(offer_document(offer), session=session)
        except DuplicateKeyError:
            raise OrdinalTaken from None
        await self._stock.insert_one(stock_document(stock), session=session)

    async def offer(self, offer_id: str, session: Session | None = None) -> Offer | None:
        """Returns the offer as the primary has it, or None."""
        key = {"eventId": event_of_offer(offer_id), "_id": offer_id}
        document = await self._offers.find_one(key, session=session)
        return None if document is None else to_offer(document)

    async def offers(self, ids: Iterable[str]) -> dict[str, Offer]:
        """The offers among `ids`."""
        return await offers_by_id(self._database, sorted(ids))

    async def raise_version(self, offer_id: str, expected_version: int, session: Session) -> Stock | None:
        """Takes the stock for an update of its offer: the stock as it was, or None when its version is another."""
        document = await self._stock.find_one_and_update(
            {"eventId": event_of_offer(offer_id), "_id": offer_id, "offerVersion": expected_version},
            {"$inc": {"offerVersion": 1}},
            return_document=ReturnDocument.BEFORE,
            session=session,
        )
        return None if document is None else to_stock(document)

    async def replace(self, offer: Offer, stock: Stock, session: Session) -> None:
        """Puts the offer, and the stock whose version was raised before, in the place of those that are stored."""
        key = {"eventId": offer.event_id, "_id": offer.id}
        await self._offers.replace_one(key, offer_document(offer), session=session)
        await self._stock.replace_one(key, stock_document(stock), session=session)

    async def ordinals_and_positions(self, event_id: str, session: Session) -> tuple[set[int], list[int]]:
        """The ordinals and the positions of the event's offers."""
        wanted = {"ordinal": True, "position": True}
        rows = await self._offers.find({"eventId": event_id}, projection=wanted, session=session).to_list(None)
        return {row["ordinal"] for row in rows}, [row["position"] for row in rows]

    async def stock(self, offer_id: str, session: Session | None = None) -> Stock | None:
        """Returns the offer's stock as the primary has it, or None."""
        key = {"eventId": event_of_offer(offer_id), "_id": offer_id}
        document = await self._stock.find_one(key, session=session)
        return None if document is None else to_stock(document)

    async def move_stock(
        self, stock: Stock, source: StockPlace, target: StockPlace, units: int, points: int, session: Session
    ) -> bool:
        """Moves units of the stock, and points of its budget, from one part to another.

        False when the stock is no longer of this version or the source has not enough.
        """
        condition: Document = {
            "eventId": event_of_offer(stock.offer_id),
            "_id": stock.offer_id,
            "offerVersion": stock.offer_version,
        }
        change: Document = {}
        for part, sign in ((source, -1), (target, 1)):
            if part is not StockPlace.REMAINING or stock.remaining is not None:
                change[part.value] = sign * units
            if part is not StockPlace.REMAINING or stock.budget.remaining is not None:
                change[_BUDGET_PARTS[part]] = sign * points
        condition |= {name: {"$gte": -by} for name, by in change.items() if by < 0}
        result = await self._stock.update_one(condition, {"$inc": change}, session=session)
        return bool(result.matched_count == 1)
