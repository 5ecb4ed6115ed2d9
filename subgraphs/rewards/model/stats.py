"""Counts of what became of an event's offers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MAX_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Totals:
    """Since the event began. `points` are those that were granted and not taken back."""

    claims: int = 0
    fulfilled: int = 0
    rejected: int = 0
    distinct_users: int = 0
    points: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """What became of the claims of one day."""

    day: date
    claims: int = 0
    fulfilled: int = 0
    points: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """The last days, today included, as they are counted in a time zone."""

    timezone: str
    days: tuple[date, ...]

    @property
    def begins(self) -> datetime:
        """The first instant of the first day."""
        first = self.days[0]
        return datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(self.timezone)).astimezone(UTC)


def last_days(count: int, now: datetime, timezone: str) -> Span:
    """The `count` days that end with today, the oldest first."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    return Span(timezone, tuple(today - timedelta(days=back) for back in reversed(range(count))))
