"""What one request to events carries."""

from dataclasses import dataclass

from strawberry.types import Info

from subgraphs.events.loaders.activities import ActivitiesByUser, TalliesByEventAndUser
from subgraphs.events.loaders.events import EventsById, visible
from subgraphs.events.loaders.profiles import ProfilesByUser
from subgraphs.events.model.event import Event
from subgraphs.events.operations.dependencies import Dependencies
from subgraphs.runtime.app_factory import AppResources, Caller
from subgraphs.runtime.auth.identity import Identity
from subgraphs.runtime.graphql.context import RequestContext


@dataclass
class EventsContext(RequestContext):
    """Loaders and use cases of one request."""

    events_by_id: EventsById
    tallies: TalliesByEventAndUser
    profiles_by_user: ProfilesByUser
    activities_by_user: ActivitiesByUser
    dependencies: Dependencies

    @property
    def sees_hidden(self) -> bool:
        """Whether drafts and archived events show to this caller."""
        return self.identity.is_staff or self.identity.is_service

    async def event(self, event_id: str) -> Event | None:
        """The event, if this caller may see it."""
        found = await self.events_by_id.load(event_id)
        return visible(found, sees_hidden=self.sees_hidden, now=self.now)


EventsInfo = Info[EventsContext, None]


def make_context(resources: AppResources, dependencies: Dependencies, caller: Caller) -> EventsContext:
    """The context of one request by `caller`."""
    return _context(resources, dependencies, caller.identity, is_fill=False)


def _context(
    resources: AppResources, dependencies: Dependencies, identity: Identity, *, is_fill: bool
) -> EventsContext:
    read_your_writes = resources.read_your_writes(identity, always_primary=is_fill)
    cached = resources.cached(identity, is_fill=is_fill)
    return EventsContext(
        identity=identity,
        clock=resources.clock,
        cursors=resources.cursors,
        read_your_writes=read_your_writes,
        events_by_id=EventsById(read_your_writes, cached),
        tallies=TalliesByEventAndUser(read_your_writes),
        profiles_by_user=ProfilesByUser(dependencies.profiles, read_your_writes),
        activities_by_user=ActivitiesByUser(read_your_writes, resources.cursors),
        dependencies=dependencies,
        cached=cached,
        observer=resources.loaders,
        remade=lambda other: _context(resources, dependencies, other, is_fill=True),
    )
