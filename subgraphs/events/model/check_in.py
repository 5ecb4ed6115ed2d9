"""Check-ins: once a local day, and travelling makes no second day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

# A change of zone gives no second check-in within this time.
APART: Final = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A check-in: the local day that it stands for, as YYYY-MM-DD, in which zone, and when it was made."""

    day: str
    timezone: str
    at: datetime


def next_check_in(last: CheckIn | None, timezone: str, now: datetime) -> CheckIn | None:
    """The check-in that may be made now; None when the last one still stands for today.

    Days only go forward, so each stands for one check-in whatever zones the user has been in.
    """
    day = now.astimezone(ZoneInfo(timezone)).date().isoformat()
    if last is not None:
        if day <= last.day or now <= last.at:
            return None
        if timezone != last.timezone and now - last.at < APART:
            return None
    return CheckIn(day, timezone, now)
