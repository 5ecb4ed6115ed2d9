"""The list of events: how it is asked for, and how it is cached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

import strawberry

from subgraphs.events.context import EventsContext, EventsInfo
from subgraphs.events.model import event as model
from subgraphs.events.store.event_documents import event_document, to_event
from subgraphs.events.store.event_lists import EventQuery, count_events, next_edge
from subgraphs.events.types.event_connection import EventConnection
from subgraphs.events.types.event_status import EventStatus
from subgraphs.runtime.cache import Scope
from subgraphs.runtime.graphql.cached import Cached, Codec
from subgraphs.runtime.graphql.errors import BadUserInput
from subgraphs.runtime.mongo import Document
from subgraphs.runtime.pagination.cursors import Page

MAX_TAGS: Final = 100


@strawberry.input
class EventFilter:
    """Keeps the events that match all fields that are given. A field that is null or left out keeps all."""

    text: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "Events that hold every word of the text in name, description or tags; at most 200 characters count."
        ),
    )
    statuses: list[EventStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="Events in any of these statuses."
    )
    tags: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Events with any of these tags, whatever their case; at most 100."
    )
    open_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="Events whose window holds this instant; the window of an open-ended event never closes.",
    )
    starts_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Events that start at this instant or later."
    )
    starts_before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Events that start before this instant."
    )


@strawberry.enum
class EventSort(Enum):
    """The orders of a list of events."""

    STARTS_AT_DESC = strawberry.enum_value("STARTS_AT_DESC", description="The latest to start first.")
    STARTS_AT_ASC = strawberry.enum_value("STARTS_AT_ASC", description="The earliest to start first.")
    CREATED_AT_DESC = strawberry.enum_value("CREATED_AT_DESC", description="The latest created first.")
    NAME_ASC = strawberry.enum_value("NAME_ASC", description="By name, whatever its case.")


def to_query(asked: EventFilter | None, *, hidden: bool) -> EventQuery:
    """The filter as the store takes it. Raises BadUserInput for more tags than anybody looks for."""

    def value(name: str) -> Any:
        found = getattr(asked, name, None)
        return None if found is strawberry.UNSET else found

    statuses, tags, text = value("statuses"), value("tags"), value("text")
    if tags is not None and len(tags) > MAX_TAGS:
        raise BadUserInput(f"at most {MAX_TAGS}", "filter.tags")
    return EventQuery(
        text=text.strip()[:200] if text and text.strip() else None,
        statuses=None
        if statuses is None
        else tuple(model.EventStatus(status.value) for status in dict.fromkeys(statuses)),
        tags=None if tags is None else tuple(tag.strip().casefold() for tag in tags),
        open_at=value("open_at"),
        starts_from=value("starts_from"),
        starts_before=value("starts_before"),
        hidden=hidden,
    )


def connection(context: EventsContext, query: EventQuery, page: Page[model.Event], now: datetime) -> EventConnection:
    """The page as it is at `now`; the rows are counted when that is asked for."""

    async def count() -> int | None:
        return await count_events(await context.read_your_writes.database(), query, now)

    return EventConnection.of(page, now, count)


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page, and the instant at which its events were chosen."""

    page: Page[model.Event]
    as_of: datetime


def _dump(kept: KeptPage) -> Document:
    page = kept.page
    return {
        "rows": [event_document(event) for event in page.rows],
        "cursors": page.cursors,
        "more": [page.has_next, page.has_previous],
        "asOf": kept.as_of,
    }


def _load(stored: Mapping[str, Any]) -> KeptPage:
    has_next, has_previous = stored["more"]
    page = Page([to_event(row) for row in stored["rows"]], stored["cursors"], has_next, has_previous)
    return KeptPage(page, stored["asOf"])


def _bind(kept: KeptPage, info: EventsInfo, arguments: Mapping[str, Any]) -> EventConnection:
    context = info.context
    query = to_query(arguments.get("filter") or None, hidden=context.sees_hidden)
    # An event that was chosen for its status shows that status.
    return connection(context, query, kept.page, max(context.now, kept.as_of))


async def _until(context: EventsContext, kept: KeptPage, arguments: Mapping[str, Any]) -> datetime | None:
    """The next edge of a window in the list; of any window, where the clock decides which events are in it."""
    edges = [edge for event in kept.page.rows if (edge := event.next_edge(kept.as_of)) is not None]
    asked = arguments.get("filter") or None
    if asked is not None and asked.statuses:
        edge = await next_edge(await context.read_your_writes.database(), kept.as_of)
        edges += [] if edge is None else [edge]
    return min(edges, default=None)


EVENTS_LIST: Final = Cached(
    ttl=120,
    scope=Scope.ROLE,
    tags=("Events",),
    codec=Codec(take=lambda found: KeptPage(found.page, found.as_of), dump=_dump, load=_load, bind=_bind),
    stale_for=60,
    until=_until,
)
