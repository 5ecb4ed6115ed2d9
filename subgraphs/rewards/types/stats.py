"""Counts of what became of an event's offers."""

from datetime import date, datetime

import strawberry

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
    claims: int
    fulfilled: int
    rejected: int
    refusals: list[RefusalCount]
    distinct_users: int
    points_granted: SafeInt
    as_of: datetime

    @strawberry.field
    def by_day(self, days: int = 30) -> list[DayStats]:
        raise NotImplementedError("nothing makes these statistics yet")
