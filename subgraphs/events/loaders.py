"""The dataloaders of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from dataloaders import Pages
from dataloaders.batch import Batch
from subgraphs.events.clients.profiles import Profiles
from subgraphs.events.model.activity import Activity
from subgraphs.events.model.event import Event
from subgraphs.events.model.profile import Profile
from subgraphs.events.model.rule import Tally
from subgraphs.events.store.activities import ActivityQuery, activity_pages, tallies
from subgraphs.events.store.events import event_document, events_by_id, to_event
from subgraphs.runtime.cache import CachedEntityLoader, CacheUse, Entity, Policy, Scope
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds
from subgraphs.runtime.pagination.queries import Fields

ActivityPageArgs = tuple[ActivityQuery, PageBounds, str, Fields]
TallyKey = tuple[Event, str]


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


class TalliesByEventAndUser(Batch[TallyKey, dict[str, Tally]]):
    """What a user did towards an event's conditions. All of a turn are one aggregation."""

    def __init__(self, read_your_writes: ReadYourWrites) -> None:
        async def fetch(keys: Sequence[TallyKey]) -> list[dict[str, Tally] | Exception]:
            users: dict[str, tuple[Event, list[str]]] = {}
            for event, user_id in keys:
                users.setdefault(event.id, (event, []))[1].append(user_id)
            found = await tallies(await read_your_writes.database(), users)
            return [found.get((event.id, user_id), {}) for event, user_id in keys]

        super().__init__(fetch)


class ProfilesByUser(Batch[str, Profile | None]):
    """What users tells of a user, or None without an account. A key raises SubgraphUnavailable where that could not
    be told."""

    def __init__(self, profiles: Profiles, read_your_writes: ReadYourWrites) -> None:
        async def fetch(user_ids: Sequence[str]) -> list[Profile | Exception | None]:
            return await profiles.of(await read_your_writes.database(), user_ids)

        super().__init__(fetch)


class ActivitiesByUser(Pages[ActivityPageArgs, Page[Activity]]):
    """A page of each user's activities; the arguments end with which stored fields are asked for."""

    def __init__(self, read_your_writes: ReadYourWrites, cursors: Cursors) -> None:
        async def find(user_ids: Sequence[str], args: ActivityPageArgs) -> Mapping[str, Page[Activity]]:
            query, bounds, scope, fields = args
            return await activity_pages(
                await read_your_writes.database(), user_ids, query, bounds, cursors, scope, fields
            )

        super().__init__(find)


def visible(event: Event | None, *, sees_hidden: bool, now: datetime) -> Event | None:
    """The event, if a caller who sees hidden ones or not may see it."""
    if event is None or (event.is_hidden_at(now) and not sees_hidden):
        return None
    return event
