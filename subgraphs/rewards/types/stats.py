"""Counts of what became of an event's offers."""

from datetime import date, datetime
from typing import Annotated, Self

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model import stats as model
from subgraphs.runtime.graphql.errors import BadUserInput
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.type
class RefusalCount:
    """How many claims were refused by one code."""

    code: str = strawberry.field(description="The code of the refusal, as in OUT_OF_STOCK.")
    count: int = strawberry.field(description="How many.")


@strawberry.type
class DayStats:
    """What became of the claims of one day, in the event's zone."""

    day: date = strawberry.field(description="The day.")
    claims: int = strawberry.field(description="Requests that were made on that day.")
    fulfilled: int = strawberry.field(description="How many of them are FULFILLED.")
    points_granted: SafeInt = strawberry.field(description="Points that they brought and that were not taken back.")


@strawberry.type
class EventStats:
    """What became of the claims on an event's offers."""

    event_id: strawberry.Private[str]
    claims: int = strawberry.field(description="Requests that were made.")
    fulfilled: int = strawberry.field(description="How many of them are FULFILLED.")
    rejected: int = strawberry.field(description="How many of them are REJECTED.")
    distinct_users: int = strawberry.field(description="How many users made them.")
    points_granted: SafeInt = strawberry.field(description="Points that they brought and that were not taken back.")
    as_of: datetime = strawberry.field(description="The instant as of which they were counted.")

    @strawberry.field
    async def refusals(self, info: RewardsInfo) -> list[RefusalCount]:
        """How many claims were refused, by code. Approximate: a process that is killed loses its last second."""
        counts = await info.context.refusals_by_event.load(self.event_id) or {}
        return [RefusalCount(code=code, count=count) for code, count in counts.items()]

    @strawberry.field
    async def by_day(
        self, info: RewardsInfo, days: Annotated[int, strawberry.argument(description="How many days: 1 to 366.")] = 30
    ) -> list[DayStats]:
        """The last days, today included, the earliest first, counted in the event's zone."""
        if not 1 <= days <= model.MAX_DAYS:
            raise BadUserInput(f"1 to {model.MAX_DAYS} days can be told apart", "days")
        found = await info.context.days_by_event.page(self.event_id, days)
        return [
            DayStats(day=day.day, claims=day.claims, fulfilled=day.fulfilled, points_granted=SafeInt(day.points))
            for day in found
        ]

    @classmethod
    def of(cls, event_id: str, totals: model.Totals, as_of: datetime) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        return cls(
            event_id=event_id,
            claims=totals.claims,
            fulfilled=totals.fulfilled,
            rejected=totals.rejected,
            distinct_users=totals.distinct_users,
            points_granted=SafeInt(totals.points),
            as_of=as_of,
        )
