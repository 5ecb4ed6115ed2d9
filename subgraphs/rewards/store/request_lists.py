"""Lists of requests, of one user's and of everybody's, and how many slots of a limit a user holds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.store.request_documents import partial_request
from subgraphs.rewards.store.requests import REQUESTS
from subgraphs.runtime.mongo import Database, Document, Index
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import (
    LIST_MILLISECONDS,
    Fields,
    count_up_to_cap,
    read_page,
    read_pages,
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
        "status": {"$in": sorted(wanted | {RequestStatus.PENDING.value})},
        "$nor": [{"status": RequestStatus.PENDING.value, "expiresAt": unwanted}],
    }


def index_for(user_id: str | None, query: RequestQuery) -> str:
    """The name of the index to walk: that of the first field which the query fixes, else that of the sort alone.

    Of several statuses no single range of an index is in the sort's order.
    """
    status = query.statuses if query.statuses and len(query.statuses) == 1 else None
    if status == (RequestStatus.EXPIRED,):
        # Stored as such, or still as PENDING.
        status = None
    fixed = {"userId": user_id, "offerId": query.offer_id, "eventId": query.event_id, "status": status}
    leading = [(field, 1) for field, value in fixed.items() if value is not None][:1]
    return Index((*leading, ("createdAt", 1), ("_id", 1))).name


def _base(user_id: str | None, query: RequestQuery, now: datetime) -> Document:
    base = query_filter(query, now)
    return base if user_id is None else {"userId": user_id, **base}


async def page_of_all(
    database: Database,
    user_id: str | None,
    query: RequestQuery,
    now: datetime,
    sort: Sort,
    bounds: PageBounds,
    cursors: Cursors,
    scope: str,
    fields: Fields = None,
) -> Page[RewardRequest]:
    """One page of the requests that the query selects, of one user or of all; of each request only `fields` are right."""
    found = await read_page(
        database[REQUESTS.name],
        _base(user_id, query, now),
        sort,
        bounds,
        cursors,
        scope,
        hint=index_for(user_id, query),
        milliseconds=LIST_MILLISECONDS,
        fields=fields,
    )
    return found.map(partial_request)


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


async def count_requests(database: Database, user_id: str | None, query: RequestQuery, now: datetime) -> int | None:
    """How many the query selects, of one user or of all, up to 10,000; None when counting took too long."""
    return await count_up_to_cap(database[REQUESTS.name], _base(user_id, query, now))


async def slots_held(database: Database, user_id: str, places: Mapping[str, str], now: datetime) -> dict[str, int]:
    """By offer: how many live requests the user holds in the period of `places`. A reservation that is over holds none."""
    over = {"status": RequestStatus.PENDING.value, "expiresAt": {"$lte": now}}
    within = [{"offerId": offer_id, "period": period} for offer_id, period in places.items()]
    found = database[REQUESTS.name].find(
        {"userId": user_id, "live": True, "$or": within, "$nor": [over]},
        projection={"_id": False, "offerId": True},
    )
    return dict(Counter([row["offerId"] async for row in found]))
