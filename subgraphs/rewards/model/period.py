"""The periods of a limit: days, weeks and months of the event's time zone."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class LimitPeriod(StrEnum):
    """The period in which a limit counts."""

    EVER = "EVER"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


def period_key(period: LimitPeriod, instant: datetime, timezone: str) -> str:
    """Names the period that holds the instant; equal for all instants of one period."""
    day = instant.astimezone(ZoneInfo(timezone)).date()
    match period:
        case LimitPeriod.EVER:
            return "EVER"
        case LimitPeriod.DAY:
            return day.isoformat()
        case LimitPeriod.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case LimitPeriod.MONTH:
            return f"{day:%Y-%m}"


def resets_at(period: LimitPeriod, instant: datetime, timezone: str) -> datetime | None:
    """When the next period begins; None for ever. A day whose midnight is skipped begins when the clocks jump."""
    zone = ZoneInfo(timezone)
    day = instant.astimezone(zone).date()
    match period:
        case LimitPeriod.EVER:
            return None
        case LimitPeriod.DAY:
            first = day + timedelta(days=1)
        case LimitPeriod.WEEK:
            first = day + timedelta(days=7 - day.weekday())
        case LimitPeriod.MONTH:
            first = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
