"""How events are stored, and read back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from subgraphs.events.model.event import Event, Lifecycle, name_key
from subgraphs.events.store.rules import rule_document, to_rule
from subgraphs.runtime.mongo import Document

# What the close of an open-ended event is stored as, so that one comparison serves all.
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)


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
