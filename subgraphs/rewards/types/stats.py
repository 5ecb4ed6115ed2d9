"""Counts of what became of an event's offers."""

from datetime import date, datetime
from typing import Self

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model import stats as model
from subgraphs.runtime.graphql.errors import BadUserInput
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.type
class RefusalCount:
    code: str
    count: int


@strawberry.type
class DayStats:
    day: date
    claims: int
    fulfilled: int
    points_granted: SafeInt


@strawberry.type
class EventStats:
    event_id: strawberry.Private[str]
    claims: int
    fulfilled: int
    rejected: int
    distinct_users: int
    points_granted: SafeInt
    as_of: datetime

    @strawberry.field
    async def refusals(self, info: RewardsInfo) -> list[RefusalCount]:
        counts = await info.context.refusals_by_event.load(self.event_id) or {}
        return [RefusalCount(code=code, count=count) for code, count in counts.items()]

    @strawberry.field
    async def by_day(self, info: RewardsInfo, days: int = 30) -> list[DayStats]:
        if not 1 <= days <= model.MAX_DAYS:
            raise BadUserInput(f"1 to {model.MAX_DAYS} days can be told apart", "days")
        found = await info.context.days_by_event.page(self.event_id, days)
        return [
            DayStats(day=day.day, claims=day.claims, fulfilled=day.fulfilled, points_granted=SafeInt(day.points))
            for day in found
        ]

    @classmethod
    def of(cls, event_id: str, totals: model.Totals, as_of: datetime) -> Self:
        return cls(
            event_id=event_id,
            claims=totals.claims,
            fulfilled=totals.fulfilled,
            rejected=totals.rejected,
            distinct_users=totals.distinct_users,
            points_granted=SafeInt(totals.points),
            as_of=as_of,
        )
