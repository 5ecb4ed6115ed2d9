"""Requests: the unique indexes are the limit and the idempotency."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from subgraphs.rewards.model.request import PointGrant, RequestStatus, RewardRequest, Step, user_of_request
from subgraphs.runtime.connection import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.pages import count_up_to_cap, read_pages

REQUESTS: Final = Collection(
    "requests",
    shard_key=(("userId", 1),),
    indexes=(
        Index(
            (("userId", 1), ("offerId", 1), ("period", 1), ("slot", 1)),
            unique=True,
            partial={"live": True},
        ),
        Index((("userId", 1), ("idempotencyKey", 1)), unique=True),
        Index((("userId", 1), ("createdAt", 1), ("_id", 1))),
    ),
)
SORTS: Final = {
    "CREATED_AT_DESC": Sort("CREATED_AT_DESC", (("createdAt", -1), ("_id", -1))),
    "CREATED_AT_ASC": Sort("CREATED_AT_ASC", (("createdAt", 1), ("_id", 1))),
}


@dataclass(frozen=True, slots=True)
class RequestQuery:
    """Which requests of a user: None means any."""

    event_id: str | None = None
    offer_id: str | None = None
    statuses: tuple[RequestStatus, ...] | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


def request_document(request: RewardRequest) -> Document:
    """How a request is stored."""
    grant = request.grant
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
        "grant": None if grant is None else {"points": grant.points, "expiresAt": grant.expires_at},
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
    }


def to_request(document: Mapping[str, Any]) -> RewardRequest:
    """The request that is stored."""
    grant = document["grant"]
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
        grant=None if grant is None else PointGrant(grant["points"], grant["expiresAt"]),
        history=tuple(
            Step(
                step["at"],
                None if step["from"] is None else RequestStatus(step["from"]),
                RequestStatus(step["to"]),
                step["actorId"],
                step["reason"],
            )
            for step in document["history"]
        ),
        version=document["version"],
    )


async def requests_by_id(database: Database, ids: Sequence[str]) -> dict[str, RewardRequest]:
    """The requests among `ids`, in one query to the shards of their users."""
    users = sorted({user_of_request(request_id) for request_id in ids})
    found = database[REQUESTS.name].find({"userId": {"$in": users}, "_id": {"$in": list(ids)}})
    return {document["_id"]: to_request(document) async for document in found}


def _query_filter(query: RequestQuery) -> Document:
    base: Document = {}
    if query.event_id is not None:
        base["eventId"] = query.event_id
    if query.offer_id is not None:
        base["offerId"] = query.offer_id
    if query.statuses is not None:
        base["status"] = {"$in": [status.value for status in query.statuses]}
    span = {"$gte": query.created_from, "$lt": query.created_before}
    limits = {operator: instant for operator, instant in span.items() if instant is not None}
    if limits:
        base["$and"] = [{"createdAt": limits}]
    return base


async def request_pages(
    database: Database,
    user_ids: Sequence[str],
    query: RequestQuery,
    sort: Sort,
    bounds: PageBounds,
    cursors: Cursors,
    scope: str,
) -> dict[str, Page[RewardRequest]]:
    """The same page of each user's requests."""
    found = await read_pages(
        database[REQUESTS.name], "userId", user_ids, _query_filter(query), sort, bounds, cursors, scope
    )
    return {user_id: page.map(to_request) for user_id, page in found.items()}


async def count_requests(database: Database, user_id: str, query: RequestQuery) -> int | None:
    """How many there are, up to 10,000; None when counting took too long."""
    return await count_up_to_cap(database[REQUESTS.name], {"userId": user_id, **_query_filter(query)})


class RequestStore:
    """Reads that decide, and writes: all at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._requests = mongo.write[REQUESTS.name]

    async def with_keys(
        self, keys: Iterable[tuple[str, str]], session: Session | None = None
    ) -> dict[tuple[str, str], RewardRequest]:
        """The requests made under these (user, idempotency key) pairs."""
        pairs = [{"userId": user_id, "idempotencyKey": key} for user_id, key in keys]
        found = self._requests.find({"$or": pairs}, session=session)
        return {(row["userId"], row["idempotencyKey"]): to_request(row) async for row in found}

    async def live(
        self, places: Iterable[tuple[str, str]], offer_id: str, session: Session
    ) -> dict[tuple[str, str], list[RewardRequest]]:
        """The live requests for the offer of these (user, period) pairs, latest first."""
        pairs = [{"userId": user_id, "offerId": offer_id, "period": period, "live": True} for user_id, period in places]
        requests: dict[tuple[str, str], list[RewardRequest]] = {}
        async for row in self._requests.find({"$or": pairs}, session=session):
            requests.setdefault((row["userId"], row["period"]), []).append(to_request(row))
        for found in requests.values():
            found.sort(key=lambda request: request.created_at, reverse=True)
        return requests

    async def insert(self, requests: Sequence[RewardRequest], session: Session) -> None:
        await self._requests.insert_many([request_document(request) for request in requests], session=session)
