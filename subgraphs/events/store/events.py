"""The collection of events: look-ups, lists, changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.errors import OperationFailure

from subgraphs.events.model.event import Event, EventStatus, Lifecycle, name_key
from subgraphs.events.store.rules import rule_document, to_rule
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import (
    LIST_MILLISECONDS,
    all_words,
    count_up_to_cap,
    read_page,
    read_text_page,
)
from subgraphs.runtime.results import Violation


def event_tags(event_id: str) -> tuple[str, ...]:
    """The tags of cached values that an event is part of: itself, and every list."""
    return (f"Event:{event_id}", "Events")


_VISIBLE: Final[Document] = {
    "lifecycle": {"$in": [Lifecycle.PUBLISHED.value, Lifecycle.PAUSED.value, Lifecycle.ENDED.value]}
}
_FOR_ALL: Final = "visible"


def _walked(field: str) -> tuple[Index, Index]:
    """The indexes of a sort: over all events, and over those that everybody may see, where however many archived ones do
    not stand in the way."""
    keys = ((field, 1), ("_id", 1))
    return Index(keys), Index(keys, partial=_VISIBLE, label=_FOR_ALL)


# One index serves a sort both ways, for the tie-break turns with it. Text is found by its own index, and sorted in memory.
EVENTS: Final = Collection(
    "events",
    shard_key=(("_id", "hashed"),),
    cache_tags=event_tags,
    indexes=(
        *_walked("startsAt"),
        *_walked("createdAt"),
        *_walked("nameKey"),
        Index((("closesAt", 1),)),
        Index((("name", "text"), ("description", "text"), ("tags", "text"))),
    ),
)
SORTS: Final = {
    "STARTS_AT_DESC": Sort("STARTS_AT_DESC", (("startsAt", -1), ("_id", -1))),
    "STARTS_AT_ASC": Sort("STARTS_AT_ASC", (("startsAt", 1), ("_id", 1))),
    "CREATED_AT_DESC": Sort("CREATED_AT_DESC", (("createdAt", -1), ("_id", -1))),
    "NAME_ASC": Sort("NAME_ASC", (("nameKey", 1), ("_id", 1))),
}
# What the close of an open-ended event is stored as, so that one comparison serves all.
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
_UNKNOWN_TIMEZONE: Final = 40485


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


def event_document(event: Event) -> Document:
    """How an event is stored."""
    return {
        "_id": event.id,
        "name": event.name,
        "nameKey": name_key(event.name),
        "description": event.description,
        "startsAt": event.starts_at,
        "endsAt": event.ends_at,
        "endedAt": event.ended_at,
        "closesAt": event.closes_at or NEVER,
        "timezone": event.timezone,
        "lifecycle": event.lifecycle.value,
        "tags": list(event.tags),
        "imageUrl": event.image_url,
        "rule": rule_document(event.rule),
        "ruleVersion": event.rule_version,
        "version": event.version,
        "createdAt": event.created_at,
        "createdBy": event.created_by,
    }


def to_event(document: Mapping[str, Any]) -> Event:
    """The event that is stored."""
    return Event(
        id=document["_id"],
        name=document["name"],
        description=document["description"],
        starts_at=document["startsAt"],
        ends_at=document["endsAt"],
        ended_at=document["endedAt"],
        timezone=document["timezone"],
        lifecycle=Lifecycle(document["lifecycle"]),
        tags=tuple(document["tags"]),
        image_url=document["imageUrl"],
        rule=to_rule(document["rule"]),
        rule_version=document["ruleVersion"],
        version=document["version"],
        created_at=document["createdAt"],
        created_by=document["createdBy"],
    )


async def events_by_id(database: Database, ids: Sequence[str]) -> dict[str, Event]:
    """The events among `ids`, in one query."""
    found = database[EVENTS.name].find({"_id": {"$in": list(ids)}})
    return {document["_id"]: to_event(document) async for document in found}


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
        parts.append(_VISIBLE)
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
        walked = Index(tuple((field, 1) for field, _ in sort.fields), label=None if query.hidden else _FOR_ALL)
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


class EventStore:
    """Reads that decide, and writes: all at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._database = mongo.write
        self._events = mongo.write[EVENTS.name]
        self._timezones: set[str] = set()

    async def insert(self, event: Event, session: Session) -> None:
        await self._events.insert_one(event_document(event), session=session)

    async def event(self, event_id: str, session: Session | None = None) -> Event | None:
        document = await self._events.find_one({"_id": event_id}, session=session)
        return None if document is None else to_event(document)

    async def events(self, ids: Sequence[str]) -> dict[str, Event]:
        return await events_by_id(self._database, ids)

    async def check_timezone(self, timezone: str, now: datetime, path: tuple[str, ...]) -> list[Violation]:
        """Refuses a zone whose days the database cannot tell; its table may be older than ours."""
        if timezone not in self._timezones:
            if not await self._knows_timezone(timezone, now):
                return [Violation(path, "TIMEZONE", "this time zone cannot be used yet")]
            self._timezones.add(timezone)
        return []

    async def _knows_timezone(self, timezone: str, now: datetime) -> bool:
        day = {"$dateToString": {"date": now, "timezone": timezone}}
        try:
            await self._database.aggregate([{"$documents": [{}]}, {"$project": {"day": day}}]).to_list(None)
        except OperationFailure as error:
            if error.code == _UNKNOWN_TIMEZONE:
                return False
            raise
        return True

    async def replace(self, event: Event, expected_version: int, session: Session) -> Event | None:
        """Compare-and-set: puts `event` in the place of that version; None when its version is another."""
        document = event_document(event)
        document["version"] = expected_version + 1
        found = await self._events.find_one_and_replace(
            {"_id": event.id, "version": expected_version},
            document,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if found is None else to_event(found)

    async def set_lifecycle(
        self, event_id: str, expected_version: int, lifecycle: Lifecycle, now: datetime, session: Session
    ) -> Event | None:
        """Compare-and-set: the changed event, or None when its version is another. Ending closes the window now."""
        changes: Document = {"lifecycle": lifecycle.value}
        if lifecycle is Lifecycle.ENDED:
            changes |= {"endedAt": now, "closesAt": {"$min": ["$closesAt", now]}}
        document = await self._events.find_one_and_update(
            {"_id": event_id, "version": expected_version},
            [{"$set": {**changes, "version": {"$add": ["$version", 1]}}}],
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if document is None else to_event(document)
