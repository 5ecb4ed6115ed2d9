"""The scalars of the supergraph."""

from datetime import UTC, date, datetime
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

SafeInt = NewType("SafeInt", int)
JSON = NewType("JSON", object)

SAFE_INT_LIMIT: Final = 2**53 - 1


def format_instant(value: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as in 2026-01-31T09:30:00.000Z."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(value: object) -> datetime:
    """An RFC 3339 instant, cut to milliseconds. One without an offset is refused: it names no instant."""
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value.upper() else None
        if instant is not None and instant.tzinfo is not None:
            utc = instant.astimezone(UTC)
            return utc.replace(microsecond=utc.microsecond // 1000 * 1000)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError("DateTime wants an RFC 3339 instant with an offset, as in 2026-01-31T09:30:00Z")


def check_safe_int(value: object) -> int:
    """A whole number that JSON carries exactly; a Boolean or a fraction is none."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > SAFE_INT_LIMIT:
        raise GraphQLError("SafeInt wants a whole number within ±(2^53 - 1)")
    return value


def _parse_day(value: object) -> date:
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError("Date wants a day, as in 2026-01-31")


def _unchanged(value: Any) -> Any:
    return value


DATE_TIME: Final = strawberry.scalar(
    name="DateTime",
    description="An instant, RFC 3339, always UTC on the way out.",
    specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    serialize=format_instant,
    parse_value=parse_instant,
)
SAFE_INT: Final = strawberry.scalar(
    name="SafeInt",
    description="A whole number that JSON carries exactly: within ±(2^53 - 1).",
    serialize=check_safe_int,
    parse_value=check_safe_int,
)
JSON_VALUE: Final = strawberry.scalar(
    name="JSON",
    description="Any JSON value.",
    specified_by_url="https://ecma-international.org/publications-and-standards/standards/ecma-404/",
    serialize=_unchanged,
    parse_value=_unchanged,
)
DAY: Final = strawberry.scalar(
    name="Date", description="A day, ISO 8601.", serialize=date.isoformat, parse_value=_parse_day
)

SCALARS: Final[dict[object, ScalarDefinition]] = {
    datetime: DATE_TIME,
    SafeInt: SAFE_INT,
    JSON: JSON_VALUE,
    date: DAY,
}
