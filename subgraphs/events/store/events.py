"""The collection of events: look-ups, lists, changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pymongo import ReturnDocument
from pymongo.errors import OperationFailure

from subgraphs.events.model.event import Event, Lifecycle
from subgraphs.events.store.event_documents import event_document, to_event
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.results import Violation


def event_tags(event_id: str) -> tuple[str, ...]:
    """The tags of cached values that an event is part of: itself, and every list."""
    return (f"Event:{event_id}", "Events")


VISIBLE: Final[Document] = {
    "lifecycle": {"$in": [Lifecycle.PUBLISHED.value, Lifecycle.PAUSED.value, Lifecycle.ENDED.value]}
}


VISIBLE_LABEL: Final = "visible"


def _walked(field: str) -> tuple[Index, Index]:
    """Returns the indexes of a sort: over all events, and over those that everybody may see.

    In the second, archived events do not stand in the way, however many there are.
    """
    keys = ((field, 1), ("_id", 1))
    return Index(keys), Index(keys, partial=VISIBLE, label=VISIBLE_LABEL)


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


_UNKNOWN_TIMEZONE: Final = 40485


async def events_by_id(database: Database, ids: Sequence[str]) -> dict[str, Event]:
    """The events among `ids`, in one query."""
    found = database[EVENTS.name].find({"_id": {"$in": list(ids)}})
    return {document["_id"]: to_event(document) async for document in found}


class EventStore:
    """Reads that decide, and writes: all at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._database = mongo.write
        self._events = mongo.write[EVENTS.name]
        self._timezones: set[str] = set()

    async def insert(self, event: Event, session: Session) -> None:
        """Inserts a new event in the transaction of `session`."""
        await self._events.insert_one(event_document(event), session=session)

    async def event(self, event_id: str, session: Session | None = None) -> Event | None:
        """Returns the event as the primary has it, or None."""
        document = await self._events.find_one({"_id": event_id}, session=session)
        return None if document is None else to_event(document)

    async def events(self, ids: Sequence[str]) -> dict[str, Event]:
        """Returns those of the events that exist, by id, as the primary has them."""
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
