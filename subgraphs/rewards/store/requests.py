"""Requests: the unique indexes are the limit and the idempotency."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from pymongo import ReplaceOne

from subgraphs.rewards.model.request import Delivery, RewardRequest, user_of_request
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.store.request_documents import request_document, to_request
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session

_PENDING: Final = RequestStatus.PENDING.value


_DUE: Final = Index((("expiresAt", 1), ("offerId", 1)), partial={"status": _PENDING})


_DUE_OF_OFFER: Final = Index((("offerId", 1), ("expiresAt", 1)), partial={"status": _PENDING})


_LIVE: Final = Index(
    (("userId", 1), ("offerId", 1), ("period", 1), ("slot", 1)),
    unique=True,
    partial={"live": True},
)


_BY_KEY: Final = Index((("userId", 1), ("idempotencyKey", 1)), unique=True)


REQUESTS: Final = Collection(
    "requests",
    shard_key=(("userId", 1),),
    indexes=(
        _LIVE,
        _BY_KEY,
        Index((("userId", 1), ("createdAt", 1), ("_id", 1))),
        # What is due is looked for on all shards, in indexes that hold nothing else.
        _DUE,
        _DUE_OF_OFFER,
        Index((("deliverAt", 1),), partial={"delivering": True}),
        # Staff look through everybody's requests, on all shards.
        Index((("createdAt", 1), ("_id", 1))),
        Index((("status", 1), ("createdAt", 1), ("_id", 1))),
        Index((("offerId", 1), ("createdAt", 1), ("_id", 1))),
        Index((("eventId", 1), ("createdAt", 1), ("_id", 1))),
    ),
)


async def requests_by_id(
    database: Database, ids: Sequence[str], session: Session | None = None
) -> dict[str, RewardRequest]:
    """The requests among `ids`, in one query to the shards of their users."""
    users = sorted({user_of_request(request_id) for request_id in ids})
    found = database[REQUESTS.name].find({"userId": {"$in": users}, "_id": {"$in": list(ids)}}, session=session)
    return {document["_id"]: to_request(document) async for document in found}


class RequestStore:
    """Reads that decide, and writes: all at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._database = mongo.write
        self._requests = mongo.write[REQUESTS.name]

    async def with_keys(
        self, keys: Iterable[tuple[str, str]], session: Session | None = None
    ) -> dict[tuple[str, str], RewardRequest]:
        """The requests made under these (user, idempotency key) pairs."""
        wanted = set(keys)
        # One walk over the index: an $or of pairs is planned branch by branch. What else it meets is left out here.
        query = {
            "userId": {"$in": sorted({user_id for user_id, _ in wanted})},
            "idempotencyKey": {"$in": sorted({key for _, key in wanted})},
        }
        found = self._requests.find(query, hint=_BY_KEY.name, session=session)
        by_pair = {(row["userId"], row["idempotencyKey"]): row async for row in found}
        return {pair: to_request(row) for pair, row in by_pair.items() if pair in wanted}

    async def with_ids(self, ids: Sequence[str], session: Session | None = None) -> dict[str, RewardRequest]:
        """The requests among `ids`."""
        return await requests_by_id(self._database, ids, session)

    async def live(
        self, places: Iterable[tuple[str, str]], offer_id: str, session: Session
    ) -> dict[tuple[str, str], list[RewardRequest]]:
        """The live requests for the offer of these (user, period) pairs, latest first."""
        wanted = set(places)
        query = {
            "userId": {"$in": sorted({user_id for user_id, _ in wanted})},
            "offerId": offer_id,
            "period": {"$in": sorted({period for _, period in wanted})},
            "live": True,
        }
        requests: dict[tuple[str, str], list[RewardRequest]] = {}
        async for row in self._requests.find(query, hint=_LIVE.name, session=session):
            place = (row["userId"], row["period"])
            if place in wanted:
                requests.setdefault(place, []).append(to_request(row))
        for found in requests.values():
            found.sort(key=lambda request: request.created_at, reverse=True)
        return requests

    async def due(
        self, now: datetime, limit: int, offer_id: str | None = None, session: Session | None = None
    ) -> list[RewardRequest]:
        """Requests that nobody has decided in time, the longest overdue first: of one offer, or of any."""
        query: Document = {"status": _PENDING, "expiresAt": {"$lte": now}}
        if offer_id is not None:
            query["offerId"] = offer_id
        index = _DUE if offer_id is None else _DUE_OF_OFFER
        found = self._requests.find(query, sort=[("expiresAt", 1)], limit=limit, hint=index.name, session=session)
        return [to_request(row) async for row in found]

    async def insert(self, requests: Sequence[RewardRequest], session: Session) -> None:
        """Inserts new requests; raises DuplicateKeyError when a slot or a key is taken."""
        await self._requests.insert_many([request_document(request) for request in requests], session=session)

    async def replace(self, requests: Sequence[RewardRequest], session: Session) -> bool:
        """Writes the next versions; False when one of them is not the next any more."""
        writes = [
            ReplaceOne({"userId": r.user_id, "_id": r.id, "version": r.version - 1}, request_document(r))
            for r in requests
        ]
        result = await self._requests.bulk_write(writes, session=session)
        return bool(result.matched_count == len(writes))

    async def due_deliveries(self, now: datetime, limit: int) -> list[RewardRequest]:
        """Requests whose thing is to be delivered now, the longest overdue first."""
        query = {"delivering": True, "deliverAt": {"$lte": now}}
        found = self._requests.find(query, sort=[("deliverAt", 1)], limit=limit)
        return [to_request(row) async for row in found]

    async def postpone_delivery(self, request: RewardRequest, delivery: Delivery) -> bool:
        """Sets when it is tried next.

        False when somebody else has done so since `request` was read, or it is no longer to be delivered.
        """
        if request.delivery is None:
            return False
        result = await self._requests.update_one(
            {
                "userId": request.user_id,
                "_id": request.id,
                "version": request.version,
                "delivering": True,
                "deliverAt": request.delivery.due_at,
            },
            {"$set": {"deliverAt": delivery.due_at, "deliveryTries": delivery.tries}},
        )
        return bool(result.matched_count == 1)
