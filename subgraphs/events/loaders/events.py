"""The dataloader of events."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from subgraphs.events.model.event import Event
from subgraphs.events.store.event_documents import event_document, to_event
from subgraphs.events.store.events import events_by_id
from subgraphs.runtime.cache import CachedEntityLoader, CacheUse, Entity, Policy, Scope
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites

EVENT: Final = Entity(
    Policy(
        name="Event",
        ttl=300,
        scope=Scope.PUBLIC,
        tags=("Event:{id}",),
        dump=event_document,
        load=to_event,
        stale_for=60,
    ),
    events_by_id,
    until=Event.next_edge,
)


class EventsById(CachedEntityLoader[Event]):
    """An event in whatever status, or None. Who may see it is decided by whoever asks."""

    def __init__(self, read_your_writes: ReadYourWrites, use: CacheUse) -> None:
        super().__init__(EVENT, read_your_writes, use)


def visible(event: Event | None, *, sees_hidden: bool, now: datetime) -> Event | None:
    """The event, if a caller who sees hidden ones or not may see it."""
    if event is None or (event.is_hidden_at(now) and not sees_hidden):
        return None
    return event
