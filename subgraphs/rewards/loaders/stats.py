"""The dataloaders of events' statistics: they read over the analytics connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from dataloaders import One, Pages
from subgraphs.rewards.clients.events import EventsClient
from subgraphs.rewards.model.stats import Day, Totals, last_days
from subgraphs.rewards.store.stats import event_days, event_totals, refusal_counts
from subgraphs.runtime.clients.subgraph import SubgraphUnavailable
from subgraphs.runtime.mongo import Mongo

# The zone of the days where events cannot tell its own.
FALLBACK: Final = "UTC"


class TotalsByEvent(One[str, Totals]):
    """The totals of an event; None when nobody has claimed anything."""

    def __init__(self, mongo: Mongo) -> None:
        async def find(event_ids: Sequence[str]) -> Mapping[str, Totals]:
            return await event_totals(mongo.analytics, event_ids)

        super().__init__(find)


class RefusalsByEvent(One[str, dict[str, int]]):
    """How many claims on an event's offers were refused by which code."""

    def __init__(self, mongo: Mongo) -> None:
        async def find(event_ids: Sequence[str]) -> Mapping[str, dict[str, int]]:
            return await refusal_counts(mongo.analytics, event_ids)

        super().__init__(find)


class DaysByEvent(Pages[int, list[Day]]):
    """The last so many days of an event, counted in its own time zone."""

    def __init__(self, mongo: Mongo, events: EventsClient, now: datetime) -> None:
        async def find(event_ids: Sequence[str], count: int) -> Mapping[str, list[Day]]:
            try:
                zones = await events.timezones(event_ids)
            except SubgraphUnavailable:
                zones = {}
            spans = {event_id: last_days(count, now, zones.get(event_id, FALLBACK)) for event_id in event_ids}
            return await event_days(mongo.analytics, spans)

        super().__init__(find)
