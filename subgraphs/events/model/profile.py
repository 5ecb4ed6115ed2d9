"""Profiles: what rules may ask of a user besides what they did."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Profile:
    """What users tells of a user. `timezone` is None where the user has not said."""

    user_id: str
    region: str | None
    timezone: str | None
    created_at: datetime
    version: int


class ProfileField(StrEnum):
    """The fields of a profile that rules can ask for."""

    REGION = "REGION"
    ACCOUNT_AGE_DAYS = "ACCOUNT_AGE_DAYS"


class Comparison(StrEnum):
    """How a field of a profile compares with the values of a condition."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT_EQUALS"
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"
    ONE_OF = "ONE_OF"


# Regions have no order.
COMPARISONS: Final[dict[ProfileField, frozenset[Comparison]]] = {
    ProfileField.REGION: frozenset({Comparison.EQUALS, Comparison.NOT_EQUALS, Comparison.ONE_OF}),
    ProfileField.ACCOUNT_AGE_DAYS: frozenset(Comparison),
}


@dataclass(frozen=True, slots=True)
class ProfileCondition:
    """A field of the user's profile compares so with the values: with ONE_OF any of them, else the only one."""

    id: str
    field: ProfileField
    comparison: Comparison
    values: tuple[str, ...]

    @property
    def target(self) -> int:
        """The days that an account must have; 1 where there is nothing between yes and no."""
        return int(self.values[0]) if self.tells_days else 1

    @property
    def tells_days(self) -> bool:
        """Whether progress towards the condition is told in days."""
        return self.field is ProfileField.ACCOUNT_AGE_DAYS and self.comparison is Comparison.AT_LEAST


def account_age_days(profile: Profile, at: datetime) -> int:
    """Whole days of 24 hours since the account was made, in whatever zone."""
    return max(0, (at - profile.created_at) // _DAY)


def progress_of(condition: ProfileCondition, profile: Profile | None, at: datetime) -> int:
    """How far the user is towards `condition.target` at that instant. Who has no profile satisfies nothing."""
    if profile is None:
        return 0
    if condition.tells_days:
        return account_age_days(profile, at)
    found = profile.region if condition.field is ProfileField.REGION else account_age_days(profile, at)
    return int(_holds(condition, found))


def _holds(condition: ProfileCondition, found: str | int | None) -> bool:
    wanted = [type(found)(value) if isinstance(found, int) else value for value in condition.values]
    match condition.comparison:
        case Comparison.EQUALS | Comparison.ONE_OF:
            return found in wanted
        case Comparison.NOT_EQUALS:
            return found not in wanted
        case Comparison.AT_MOST:
            return isinstance(found, int) and found <= int(condition.values[0])
        case Comparison.AT_LEAST:
            return isinstance(found, int) and found >= int(condition.values[0])
