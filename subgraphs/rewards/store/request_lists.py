"""Requests seen from above: lists of everybody's for staff, and how many slots a user holds."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.store.requests import REQUESTS, RequestQuery, partial_request, query_filter
from subgraphs.runtime.mongo import Database, Document, Index
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import LIST_MILLISECONDS, Fields, count_up_to_cap, read_page


def _base(user_id: str | None, query: RequestQuery, now: datetime) -> Document:
    base = query_filter(query, now)
    return base if user_id is None else {"userId": user_id, **base}


def index_for(user_id: str | None, query: RequestQuery) -> str:
    """The name of the index to walk: that of the first field which the query fixes, else that of the sort alone. Of several
    statuses no single range of an index is in the sort's order."""
    status = query.statuses if query.statuses and len(query.statuses) == 1 else None
    if status == (RequestStatus.EXPIRED,):
        # Stored as such, or still as PENDING.
        status = None
    fixed = {"userId": user_id, "offerId": query.offer_id, "eventId": query.event_id, "status": status}
    leading = [(field, 1) for field, value in fixed.items() if value is not None][:1]
    return Index((*leading, ("createdAt", 1), ("_id", 1))).name


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


async def slots_held(database: Database, user_id: str, places: Mapping[str, str], now: datetime) -> dict[str, int]:
    """By offer: how many live requests the user holds in the period of `places`. A reservation that is over holds none."""
    over = {"status": RequestStatus.PENDING.value, "expiresAt": {"$lte": now}}
    within = [{"offerId": offer_id, "period": period} for offer_id, period in places.items()]
    found = database[REQUESTS.name].find(
        {"userId": user_id, "live": True, "$or": within, "$nor": [over]},
        projection={"_id": False, "offerId": True},
    )
    return dict(Counter([row["offerId"] async for row in found]))


async def count_requests(database: Database, user_id: str | None, query: RequestQuery, now: datetime) -> int | None:
    """How many the query selects, of one user or of all, up to 10,000; None when counting took too long."""
    return await count_up_to_cap(database[REQUESTS.name], _base(user_id, query, now))
