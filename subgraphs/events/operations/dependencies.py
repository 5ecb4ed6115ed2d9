"""What the use cases work with."""

from dataclasses import dataclass
from datetime import datetime

from subgraphs.events.clients.profiles import Profiles
from subgraphs.events.model.event import Event
from subgraphs.events.operations.rate_limits import RateLimits
from subgraphs.events.store.events import EventStore, event_document, event_tags
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.messaging.outbox import Message, new_message
from subgraphs.runtime.mongo import Document, Mongo


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The stores, the clock, the limits, and what is known of users."""

    mongo: Mongo
    store: EventStore
    profiles: Profiles
    rate_limits: RateLimits
    clock: Clock


def changed_message(event: Event, now: datetime) -> Message:
    """Tells others that the event changed."""
    payload = {"eventId": event.id, "version": event.version}
    return new_message("events.changed", event.id, payload, now, tags=event_tags(event.id))


def snapshot(event: Event) -> Document:
    """What the audit trail keeps of an event."""
    document = event_document(event)
    return {name: value for name, value in document.items() if name not in ("_id", "nameKey", "createdBy", "closesAt")}
