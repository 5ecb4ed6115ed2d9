"""Requests: the unique indexes are the limit and the idempotency."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo import ReplaceOne

from subgraphs.rewards.model.request import Delivery, RequestStep, RewardRequest, user_of_request
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.store.grants import grant_document, to_grant
from subgraphs.runtime.clock import LONG_AGO
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import Fields, in_part, read_pages

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
SORTS: Final = {
    "CREATED_AT_DESC": Sort("CREATED_AT_DESC", (("createdAt", -1), ("_id", -1))),
    "CREATED_AT_ASC": Sort("CREATED_AT_ASC", (("createdAt", 1), ("_id", 1))),
}


@dataclass(frozen=True, slots=True)
class RequestQuery:
    """Which requests: None means any."""

    event_id: str | None = None
    offer_id: str | None = None
    statuses: tuple[RequestStatus, ...] | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


def request_document(request: RewardRequest) -> Document:
    """How a request is stored."""
    delivery = request.delivery
    return {
        "_id": request.id,
        "userId": request.user_id,
        "offerId": request.offer_id,
        "eventId": request.event_id,
        "rewardId": request.reward_id,
        "idempotencyKey": request.idempotency_key,
        "period": request.period,
        "slot": request.slot,
        "live": request.is_live,
        "status": request.status.value,
        "createdAt": request.created_at,
        "decidedAt": request.decided_at,
        "grant": grant_document(request.grant),
        "history": [
            {
                "at": step.at,
                "from": None if step.source is None else step.source.value,
                "to": step.target.value,
                "actorId": step.actor_id,
                "reason": step.reason,
            }
            for step in request.history
        ],
        "version": request.version,
        "expiresAt": request.expires_at,
        "delivering": delivery is not None,
        "deliverAt": None if delivery is None else delivery.due_at,
        "deliveryTries": None if delivery is None else delivery.tries,
    }


def to_request(document: Mapping[str, Any]) -> RewardRequest:
    """The request that is stored."""
    return RewardRequest(
        id=document["_id"],
        user_id=document["userId"],
        offer_id=document["offerId"],
        event_id=document["eventId"],
        reward_id=document["rewardId"],
        idempotency_key=document["idempotencyKey"],
        period=document["period"],
        slot=document["slot"],
        status=RequestStatus(document["status"]),
        created_at=document["createdAt"],
        decided_at=document["decidedAt"],
        grant=to_grant(document["grant"]),
        history=tuple(
            RequestStep(
                step["at"],
                None if step["from"] is None else RequestStatus(step["from"]),
                RequestStatus(step["to"]),
                step["actorId"],
                step["reason"],
            )
            for step in document["history"]
        ),
        version=document["version"],
        expires_at=document["expiresAt"],
        delivery=Delivery(document["deliveryTries"], document["deliverAt"]) if document["delivering"] else None,
    )


_BLANK: Final = request_document(
    RewardRequest("", "", "", "", "", "", "", 0, RequestStatus.PENDING, LONG_AGO, None, None, (), 0)
)
# A request of which only some fields were read.
partial_request: Final = in_part(to_request, _BLANK)


async def requests_by_id(
    database: Database, ids: Sequence[str], session: Session | None = None
) -> dict[str, RewardRequest]:
    """The requests among `ids`, in one query to the shards of their users."""
    users = sorted({user_of_request(request_id) for request_id in ids})
    found = database[REQUESTS.name].find({"userId": {"$in": users}, "_id": {"$in": list(ids)}}, session=session)
    return {document["_id"]: to_request(document) async for document in found}


def query_filter(query: RequestQuery, now: datetime) -> Document:
    """The stored condition of a query. A request that nobody decided in time counts as expired, written so or not."""
    base: Document = {}
    if query.event_id is not None:
        base["eventId"] = query.event_id
    if query.offer_id is not None:
        base["offerId"] = query.offer_id
    if query.statuses is not None:
        base |= _has_status(query.statuses, now)
    span = {"$gte": query.created_from, "$lt": query.created_before}
    limits = {operator: instant for operator, instant in span.items() if instant is not None}
    if limits:
        base["$and"] = [{"createdAt": limits}]
    return base


def _has_status(statuses: Sequence[RequestStatus], now: datetime) -> Document:
    wanted = {status.value for status in statuses}
    pending, expired = RequestStatus.PENDING in statuses, RequestStatus.EXPIRED in statuses
    if pending == expired:
        return {"status": {"$in": sorted(wanted)}}
    unwanted = {"$lte": now} if pending else {"$gt": now}
    return {
        "status": {"$in": sorted(wanted | {_PENDING})},
        "$nor": [{"status": _PENDING, "expiresAt": unwanted}],
    }


async def pages_by_user(
    database: Database,
    user_ids: Sequence[str],
    query: RequestQuery,
    now: datetime,
    sort: Sort,
    bounds: PageBounds,
    cursors: Cursors,
    scope: str,
    fields: Fields = None,
) -> dict[str, Page[RewardRequest]]:
    """The same page of each user's requests; of each request only `fields` are right."""
    requests, base = database[REQUESTS.name], query_filter(query, now)
    found = await read_pages(requests, "userId", user_ids, base, sort, bounds, cursors, scope, fields=fields)
    return {user_id: page.map(partial_request) for user_id, page in found.items()}


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
        await self._requests.insert_many([request_document(request) for request in requests], session=session)

    async def replace(self, requests: Sequence[RewardRequest], session: Session) -> bool:
        """Writes the next versions; False when one of them is not the next any more."""
        writes = [
            ReplaceOne({"userId": r.user_id, "_id": r.id, "version": r.version - 1}, request_document(r))
            for r in requests
        ]
        result = await self._requests.bulk_write(writes, session=session)
        return bool(result.matched_count == len(writes))

    async def to_deliver(self, now: datetime, limit: int) -> list[RewardRequest]:
        """Requests whose thing is to be delivered now, the longest overdue first."""
        query = {"delivering": True, "deliverAt": {"$lte": now}}
        found = self._requests.find(query, sort=[("deliverAt", 1)], limit=limit)
        return [to_request(row) async for row in found]

    async def postpone_delivery(self, request: RewardRequest, delivery: Delivery) -> bool:
        """Sets when it is tried next; False when somebody else has done so since `request` was read, or it is no longer to
        be delivered."""
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
