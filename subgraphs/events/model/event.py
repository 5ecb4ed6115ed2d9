"""An event: its window, its status by the clock, and what may be done to it in which status."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from subgraphs.events.model.rule import Rule


class Lifecycle(StrEnum):
    """What is stored; with the window and the clock it makes the status."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    PAUSED = "PAUSED"
    ENDED = "ENDED"
    ARCHIVED = "ARCHIVED"


class EventStatus(StrEnum):
    """What clients see."""

    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    ENDED = "ENDED"
    ARCHIVED = "ARCHIVED"


class Transition(StrEnum):
    """What can be done to an event's status."""

    PUBLISH = "PUBLISH"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    END = "END"
    ARCHIVE = "ARCHIVE"


# Only staff and services see these.
HIDDEN: Final = frozenset({EventStatus.DRAFT, EventStatus.ARCHIVED})

# From which status a transition leads to which lifecycle.
TRANSITIONS: Final[dict[Transition, tuple[frozenset[EventStatus], Lifecycle]]] = {
    Transition.PUBLISH: (frozenset({EventStatus.DRAFT}), Lifecycle.PUBLISHED),
    Transition.PAUSE: (frozenset({EventStatus.SCHEDULED, EventStatus.ACTIVE}), Lifecycle.PAUSED),
    Transition.RESUME: (frozenset({EventStatus.PAUSED}), Lifecycle.PUBLISHED),
    Transition.END: (
        frozenset({EventStatus.SCHEDULED, EventStatus.ACTIVE, EventStatus.PAUSED}),
        Lifecycle.ENDED,
    ),
    Transition.ARCHIVE: (frozenset({EventStatus.DRAFT, EventStatus.ENDED}), Lifecycle.ARCHIVED),
}


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, half-open, and the zone whose days are counted in it. Without an end it never closes."""

    starts_at: datetime
    closes_at: datetime | None
    timezone: str

    def holds(self, instant: datetime) -> bool:
        """Whether the instant lies in [starts_at, closes_at)."""
        return self.starts_at <= instant and (self.closes_at is None or instant < self.closes_at)

    def judged_at(self, now: datetime) -> datetime:
        """The instant for which a profile is judged: now, or the close once that is past."""
        return now if self.closes_at is None else min(now, self.closes_at)


@dataclass(frozen=True, slots=True)
class Event:
    """A campaign.

    The window is half-open: [starts_at, ends_at); without an end it never closes, unless an operator ends it at
    `ended_at`.
    """

    id: str
    name: str
    description: str
    starts_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None
    timezone: str
    lifecycle: Lifecycle
    tags: tuple[str, ...]
    image_url: str | None
    rule: Rule
    rule_version: int
    version: int
    created_at: datetime
    created_by: str

    @property
    def closes_at(self) -> datetime | None:
        """When the window closes or closed: as planned, or earlier by an operator's hand."""
        ends = [instant for instant in (self.ends_at, self.ended_at) if instant is not None]
        return min(ends, default=None)

    @property
    def window(self) -> Window:
        """When activities count."""
        return Window(self.starts_at, self.closes_at, self.timezone)

    def next_edge(self, now: datetime) -> datetime | None:
        """When its window next opens or closes, after `now`."""
        edges = [edge for edge in (self.starts_at, self.closes_at) if edge is not None and edge > now]
        return min(edges, default=None)

    def status_at(self, now: datetime) -> EventStatus:
        """The status at that instant, whatever was stored last."""
        if self.lifecycle in (Lifecycle.DRAFT, Lifecycle.ENDED, Lifecycle.ARCHIVED):
            return EventStatus(self.lifecycle.value)
        if self.ends_at is not None and now >= self.ends_at:
            return EventStatus.ENDED
        if self.lifecycle is Lifecycle.PAUSED:
            return EventStatus.PAUSED
        return EventStatus.SCHEDULED if now < self.starts_at else EventStatus.ACTIVE

    def is_hidden_at(self, now: datetime) -> bool:
        """Whether only staff and services may see it."""
        return self.status_at(now) in HIDDEN


def allowed_transitions(status: EventStatus) -> list[Transition]:
    """What may be done to an event in this status."""
    return [transition for transition, (sources, _) in TRANSITIONS.items() if status in sources]


def name_key(name: str) -> str:
    """What events are ordered by when ordered by name."""
    return name.casefold()
