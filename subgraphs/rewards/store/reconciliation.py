"""What reconciliation reads: subjects in order from all shards, and each batch of them at one instant."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from subgraphs.rewards.model.code import CodeState
from subgraphs.rewards.model.offer import Offer, Stock, event_of_offer
from subgraphs.rewards.model.reconciliation import Code, Holding, Holdings
from subgraphs.rewards.model.request import user_of_request
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.reward import Reward
from subgraphs.rewards.model.wallet import LedgerEntry
from subgraphs.rewards.store.badges import BADGES
from subgraphs.rewards.store.codes import CODES
from subgraphs.rewards.store.offers import OFFERS, STOCK, to_offer, to_stock
from subgraphs.rewards.store.requests import REQUESTS
from subgraphs.rewards.store.rewards import REWARDS, to_reward
from subgraphs.rewards.store.wallets import LEDGER, LOTS, to_entry
from subgraphs.runtime.audit import AUDIT
from subgraphs.runtime.mongo import Collection, Database, Document, Mongo, Session

_READ_AHEAD: Final = 2000


async def wallets(mongo: Mongo) -> AsyncIterator[str]:
    """The ids of the users who have or should have something, in order."""
    async for user_id in _merged([_ids(mongo, of, "userId") for of in (LEDGER, LOTS, REQUESTS, BADGES)]):
        yield user_id


async def offers(mongo: Mongo) -> AsyncIterator[str]:
    """The ids of all offers, in order."""
    async for offer_id in _merged([_ids(mongo, OFFERS, "_id"), _ids(mongo, STOCK, "_id")]):
        yield offer_id


async def audited(mongo: Mongo) -> AsyncIterator[str]:
    """The ids of whatever has or should have an audit trail, in order."""
    things = [_ids(mongo, of, "_id") for of in (REQUESTS, OFFERS, REWARDS)]
    async for subject_id in _merged([_ids(mongo, AUDIT, "subjectId"), *things]):
        yield subject_id


async def codes(mongo: Mongo) -> AsyncIterator[tuple[str, str]]:
    """All codes, each with its reward's id before it, in order."""
    found = mongo.analytics[CODES.name].find(
        {},
        projection={"_id": False, "rewardId": True, "code": True},
        sort=[("rewardId", 1), ("code", 1)],
        batch_size=_READ_AHEAD,
    )
    async for row in found:
        yield row["rewardId"], row["code"]


async def _ids(mongo: Mongo, collection: Collection, name: str) -> AsyncIterator[str]:
    # Of the index alone; many rows may have one value.
    found = mongo.analytics[collection.name].find(
        {}, projection={"_id": name == "_id", name: True}, sort=[(name, 1)], batch_size=_READ_AHEAD
    )
    last = None
    async for row in found:
        if row[name] != last:
            last = row[name]
            yield last


async def _merged(streams: Sequence[AsyncIterator[str]]) -> AsyncIterator[str]:
    """The distinct ids of streams that are each in order, in order."""
    heads = [(await anext(stream, None), stream) for stream in streams]
    while True:
        known = [head for head, _ in heads if head is not None]
        if not known:
            return
        least = min(known)
        yield least
        heads = [(await anext(stream, None) if head == least else head, stream) for head, stream in heads]


class Instant:
    """Reads of one instant, on the analytics connection."""

    def __init__(self, database: Database, session: Session) -> None:
        self._database = database
        self._session = session

    async def entries(self, user_ids: Sequence[str]) -> AsyncIterator[LedgerEntry]:
        """The ledgers of these users, one after the other, each in order."""
        query = {"userId": {"$in": list(user_ids)}}
        async for row in self._find(LEDGER, query, sort=[("userId", 1), ("seq", 1)]):
            yield to_entry(row)

    async def holdings(self, user_ids: Sequence[str]) -> dict[str, Holdings]:
        """What each of these users holds and was granted."""
        of_users: Document = {"$match": {"userId": {"$in": list(user_ids)}}}
        bad = {"$or": [{"$lt": ["$remaining", 0]}, {"$gt": ["$remaining", "$points"]}]}
        lots = {"in_lots": {"$sum": "$remaining"}, "bad_lots": {"$sum": {"$cond": [bad, 1, 0]}}}
        brought = {
            "point_requests": _of_kind("POINTS", 1),
            "points_granted": _of_kind("POINTS", "$grant.points"),
            "badge_requests": {
                "$sum": {"$cond": [{"$and": [_is("$grant.kind", "BADGE"), _is("$status", "FULFILLED")]}, 1, 0]}
            },
        }
        found: dict[str, dict[str, int]] = {user_id: {} for user_id in user_ids}
        for collection, sums in ((LOTS, lots), (REQUESTS, brought), (BADGES, {"badges": {"$sum": 1}})):
            async for row in self._aggregate(collection, [of_users, {"$group": {"_id": "$userId", **sums}}]):
                found[row.pop("_id")] |= row
        return {user_id: Holdings(**sums) for user_id, sums in found.items()}

    async def offers(self, offer_ids: Sequence[str]) -> dict[str, tuple[Offer | None, Stock | None, Reward | None]]:
        """Each offer with its stock and its reward, as far as they are there."""
        query = {
            "eventId": {"$in": sorted({event_of_offer(offer_id) for offer_id in offer_ids})},
            "_id": {"$in": list(offer_ids)},
        }
        offers = {row["_id"]: to_offer(row) async for row in self._find(OFFERS, query)}
        stocks = {row["_id"]: to_stock(row) async for row in self._find(STOCK, query)}
        wanted = sorted({offer.reward_id for offer in offers.values()})
        rewards = {row["_id"]: to_reward(row) async for row in self._find(REWARDS, {"_id": {"$in": wanted}})}
        return {
            offer_id: (offer, stocks.get(offer_id), None if offer is None else rewards.get(offer.reward_id))
            for offer_id in offer_ids
            for offer in (offers.get(offer_id),)
        }

    async def requests_by_status(self, offer_ids: Sequence[str]) -> dict[str, dict[RequestStatus, int]]:
        """How many requests each offer has in each status."""
        pipeline: list[Document] = [
            {"$match": {"offerId": {"$in": list(offer_ids)}}},
            {"$group": {"_id": {"offer": "$offerId", "status": "$status"}, "requests": {"$sum": 1}}},
        ]
        counts: dict[str, dict[RequestStatus, int]] = {offer_id: {} for offer_id in offer_ids}
        async for row in self._aggregate(REQUESTS, pipeline):
            counts[row["_id"]["offer"]][RequestStatus(row["_id"]["status"])] = row["requests"]
        return counts

    async def pool(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Code]:
        """The codes among these (reward's id, code) pairs."""
        query = {"rewardId": {"$in": sorted({r for r, _ in pairs})}, "code": {"$in": [code for _, code in pairs]}}
        return {(row["rewardId"], row["code"]): _to_code(row) async for row in self._find(CODES, query)}

    async def holdings_of_codes(self, request_ids: Sequence[str]) -> dict[str, Holding]:
        """What these requests hold, those that hold a code."""
        query = {**_by_request(request_ids), "grant.kind": "COUPON"}
        return {row["_id"]: _to_holding(row) async for row in self._find(REQUESTS, query)}

    async def holding_page(self, offer_id: str, after: tuple[Any, str] | None, limit: int) -> list[tuple[Any, Holding]]:
        """The next of an offer's requests that hold a code, each with its instant of creation."""
        query: Document = {"offerId": offer_id, "grant.kind": "COUPON"}
        if after is not None:
            at, request_id = after
            query["$or"] = [{"createdAt": {"$gt": at}}, {"createdAt": at, "_id": {"$gt": request_id}}]
        found = self._find(REQUESTS, query, sort=[("createdAt", 1), ("_id", 1)], limit=limit)
        return [(row["createdAt"], _to_holding(row)) async for row in found]

    async def trails(self, subject_ids: Sequence[str]) -> AsyncIterator[Document]:
        """The audit entries of these subjects, one subject after the other, each in order."""
        query = {"subjectId": {"$in": list(subject_ids)}}
        async for row in self._find(AUDIT, query, sort=[("subjectId", 1), ("seq", 1)]):
            yield row

    async def changes(self, subject_ids: Sequence[str]) -> dict[str, int]:
        """How many entries the trail must have of each request, offer and reward: one for each change."""
        events = {"eventId": {"$in": sorted({event_of_offer(subject) for subject in subject_ids})}}
        ids = {"_id": {"$in": list(subject_ids)}}
        expected: dict[str, int] = {}
        for collection, query in ((REQUESTS, _by_request(subject_ids)), (OFFERS, events | ids), (REWARDS, ids)):
            # Codes that are added to a pool are no new version of the coupon.
            async for row in self._find(collection, query, projection={"version": True, "codeBatches": True}):
                expected[row["_id"]] = row["version"] + row.get("codeBatches", 0)
        return expected

    def _find(self, collection: Collection, query: Mapping[str, Any], **options: Any) -> Any:
        return self._database[collection.name].find(query, session=self._session, **options)

    def _aggregate(self, collection: Collection, pipeline: Sequence[Document]) -> Any:
        return self._database[collection.name].aggregate(pipeline, session=self._session)


def _by_request(request_ids: Sequence[str]) -> Document:
    users = sorted({user_of_request(request_id) for request_id in request_ids})
    return {"userId": {"$in": users}, "_id": {"$in": list(request_ids)}}


def _is(path: str, value: str) -> Document:
    return {"$eq": [path, value]}


def _of_kind(kind: str, value: Any) -> Document:
    return {"$sum": {"$cond": [_is("$grant.kind", kind), value, 0]}}


def _to_code(row: Mapping[str, Any]) -> Code:
    return Code(
        name=str(row["_id"]),
        reward_id=row["rewardId"],
        text=row["code"],
        state=CodeState(row["state"]),
        request_id=row["requestId"],
        user_id=row["userId"],
    )


def _to_holding(row: Mapping[str, Any]) -> Holding:
    return Holding(
        request_id=row["_id"],
        user_id=row["userId"],
        reward_id=row["rewardId"],
        text=row["grant"]["code"],
        status=RequestStatus(row["status"]),
    )
