"""Lists of events: filters, sorts, pages, and the instant from which on a list looks different."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from subgraphs.events.model.event import Event, EventStatus, Lifecycle
from subgraphs.events.store.event_documents import NEVER, to_event
from subgraphs.events.store.events import EVENTS, VISIBLE, VISIBLE_LABEL
from subgraphs.runtime.mongo import Database, Document, Index
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import (
    LIST_MILLISECONDS,
    all_words,
    count_up_to_cap,
    read_page,
    read_text_page,
)

SORTS: Final = {
    "STARTS_AT_DESC": Sort("STARTS_AT_DESC", (("startsAt", -1), ("_id", -1))),
    "STARTS_AT_ASC": Sort("STARTS_AT_ASC", (("startsAt", 1), ("_id", 1))),
    "CREATED_AT_DESC": Sort("CREATED_AT_DESC", (("createdAt", -1), ("_id", -1))),
    "NAME_ASC": Sort("NAME_ASC", (("nameKey", 1), ("_id", 1))),
}


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events: None means any. `hidden` tells whether drafts and archived ones may show at all."""

    text: str | None
    statuses: tuple[EventStatus, ...] | None
    tags: tuple[str, ...] | None
    open_at: datetime | None
    starts_from: datetime | None
    starts_before: datetime | None
    hidden: bool


def status_filter(status: EventStatus, now: datetime) -> Document:
    """The stored condition that says the same as `Event.status_at(now)`."""
    live = [Lifecycle.PUBLISHED.value, Lifecycle.PAUSED.value]
    match status:
        case EventStatus.DRAFT | EventStatus.ARCHIVED:
            return {"lifecycle": status.value}
        case EventStatus.ENDED:
            return {
                "$or": [{"lifecycle": Lifecycle.ENDED.value}, {"lifecycle": {"$in": live}, "closesAt": {"$lte": now}}]
            }
        case EventStatus.PAUSED:
            return {"lifecycle": Lifecycle.PAUSED.value, "closesAt": {"$gt": now}}
        case EventStatus.SCHEDULED:
            return {"lifecycle": Lifecycle.PUBLISHED.value, "startsAt": {"$gt": now}, "closesAt": {"$gt": now}}
        case EventStatus.ACTIVE:
            return {"lifecycle": Lifecycle.PUBLISHED.value, "startsAt": {"$lte": now}, "closesAt": {"$gt": now}}


def query_filter(query: EventQuery, now: datetime) -> Document:
    """The stored condition of a query, its text aside."""
    parts: list[Document] = []
    if not query.hidden:
        parts.append(VISIBLE)
    if query.statuses is not None:
        parts.append({"$or": [status_filter(status, now) for status in query.statuses] or [{"_id": None}]})
    if query.tags is not None:
        parts.append({"tags": {"$in": list(query.tags)}})
    if query.open_at is not None:
        parts.append({"startsAt": {"$lte": query.open_at}, "closesAt": {"$gt": query.open_at}})
    if query.starts_from is not None:
        parts.append({"startsAt": {"$gte": query.starts_from}})
    if query.starts_before is not None:
        parts.append({"startsAt": {"$lt": query.starts_before}})
    return {"$and": parts} if parts else {}


async def events_page(
    database: Database, query: EventQuery, sort: Sort, bounds: PageBounds, cursors: Cursors, scope: str, now: datetime
) -> Page[Event]:
    """One page of the events that the query selects at `now`."""
    collection = database[EVENTS.name]
    base = query_filter(query, now)
    if query.text is None:
        walked = Index(tuple((field, 1) for field, _ in sort.fields), label=None if query.hidden else VISIBLE_LABEL)
        found = await read_page(
            collection, base, sort, bounds, cursors, scope, hint=walked.name, milliseconds=LIST_MILLISECONDS
        )
        return found.map(to_event)
    return (await read_text_page(collection, query.text, base, sort, bounds, cursors, scope)).map(to_event)


async def next_edge(database: Database, now: datetime) -> datetime | None:
    """The next instant after `now` at which the window of any event opens or closes."""
    edges = []
    for name in ("startsAt", "closesAt"):
        beyond = {name: {"$gt": now, "$lt": NEVER}}
        found = await database[EVENTS.name].find_one(beyond, projection={"_id": False, name: True}, sort=[(name, 1)])
        edges += [] if found is None else [found[name]]
    return min(edges, default=None)


async def count_events(database: Database, query: EventQuery, now: datetime) -> int | None:
    """How many there are, up to 10,000; None when counting took too long."""
    base = query_filter(query, now)
    if query.text is not None:
        base = {"$text": all_words(query.text), **base}
    return await count_up_to_cap(database[EVENTS.name], base)
