"""The messages that events enqueues in its outbox, in the transaction of the change that they tell."""

from datetime import datetime

from subgraphs.events.model.event import Event
from subgraphs.events.store.events import event_tags
from subgraphs.runtime.messaging.outbox import Message, new_message


def changed_message(event: Event, now: datetime) -> Message:
    """Tells others that the event changed."""
    payload = {"eventId": event.id, "version": event.version}
    return new_message("events.changed", event.id, payload, now, tags=event_tags(event.id))
