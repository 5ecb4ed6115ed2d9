"""What one request to events carries."""

from dataclasses import dataclass

from strawberry.types import Info

from subgraphs.events.loaders import ActivitiesByUser, EventsById, ProfilesByUser, TalliesByEventAndUser, visible
from subgraphs.events.model.event import Event
from subgraphs.events.operations.tools import Tools
from subgraphs.runtime.app_factory import Caller, Parts
from subgraphs.runtime.auth.identity import Identity
from subgraphs.runtime.graphql.context import RequestContext


@dataclass
class EventsContext(RequestContext):
    """Loaders and use cases of one request."""

    events_by_id: EventsById
    tallies: TalliesByEventAndUser
    profiles_by_user: ProfilesByUser
    activities_by_user: ActivitiesByUser
    tools: Tools

    @property
    def sees_hidden(self) -> bool:
        """Whether drafts and archived events show to this caller."""
        return self.identity.is_staff or self.identity.is_service

    async def event(self, event_id: str) -> Event | None:
        """The event, if this caller may see it."""
        found = await self.events_by_id.load(event_id)
        return visible(found, sees_hidden=self.sees_hidden, now=self.now)


EventsInfo = Info[EventsContext, None]


def make_context(parts: Parts, tools: Tools, caller: Caller) -> EventsContext:
    """The context of one request by `caller`."""
    return _context(parts, tools, caller.identity, is_fill=False)


def _context(parts: Parts, tools: Tools, identity: Identity, *, is_fill: bool) -> EventsContext:
    recency = parts.recency(identity, always_primary=is_fill)
    cached = parts.cached(identity, is_fill=is_fill)
    return EventsContext(
        identity=identity,
        clock=parts.clock,
        cursors=parts.cursors,
        recency=recency,
        events_by_id=EventsById(recency, cached),
        tallies=TalliesByEventAndUser(recency),
        profiles_by_user=ProfilesByUser(tools.profiles, recency),
        activities_by_user=ActivitiesByUser(recency, parts.cursors),
        tools=tools,
        cached=cached,
        observer=parts.loaders,
        remade=lambda other: _context(parts, tools, other, is_fill=True),
    )
