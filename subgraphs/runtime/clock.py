"""Time enters the system here and nowhere else."""

from datetime import UTC, datetime
from typing import Final, Protocol

# For a field that must hold an instant and says nothing.
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class Clock(Protocol):
    """Tells the present instant, in UTC, to the millisecond (what MongoDB can store)."""

    def now(self) -> datetime:
        """Returns the present instant."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Returns the machine's time, in UTC, cut to milliseconds."""
        return to_millisecond(datetime.now(UTC))


def to_millisecond(instant: datetime) -> datetime:
    """The instant in UTC, cut to whole milliseconds, so that what is stored equals what was answered."""
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)
