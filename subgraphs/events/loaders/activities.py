"""The dataloaders of activities, as pages and as tallies for rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dataloaders import Pages
from dataloaders.batch import Batch
from subgraphs.events.model.activity import Activity
from subgraphs.events.model.event import Event
from subgraphs.events.model.rule import Tally
from subgraphs.events.store.activities import ActivityQuery, activity_pages, tallies
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds
from subgraphs.runtime.pagination.queries import Fields

ActivityPageArgs = tuple[ActivityQuery, PageBounds, str, Fields]


TallyKey = tuple[Event, str]


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


class ActivitiesByUser(Pages[ActivityPageArgs, Page[Activity]]):
    """A page of each user's activities; the arguments end with which stored fields are asked for."""

    def __init__(self, read_your_writes: ReadYourWrites, cursors: Cursors) -> None:
        async def find(user_ids: Sequence[str], args: ActivityPageArgs) -> Mapping[str, Page[Activity]]:
            query, bounds, scope, fields = args
            return await activity_pages(
                await read_your_writes.database(), user_ids, query, bounds, cursors, scope, fields
            )

        super().__init__(find)
