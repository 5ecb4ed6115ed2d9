"""Activities: what users do, and the plain evaluation of a rule over them, which every faster way must equal."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from subgraphs.events.model.event import Window
from subgraphs.events.model.rule import (
    NOBODY,
    ActivityCondition,
    ActivityType,
    Person,
    Rule,
    Tally,
    Verdict,
    activity_conditions,
    judge,
    longest_streak,
)
from subgraphs.runtime.ids import is_plausible_id
from subgraphs.runtime.results import Violation

MAX_ROWS: Final = 1000
MAX_AHEAD: Final = timedelta(minutes=5)
MAX_AGE: Final = timedelta(days=400)
MAX_NAME: Final = 64
MAX_SOURCE: Final = 128
MAX_ATTRIBUTES_BYTES: Final = 4096
MAX_ATTRIBUTES_DEPTH: Final = 5
# What the platform itself tells; no service may speak in these names.
LOGINS: Final = "users"
CHECK_INS: Final = "check-in"
RESERVED_SOURCES: Final = frozenset({LOGINS, CHECK_INS})


@dataclass(frozen=True, slots=True)
class Activity:
    """Something a user did. (`source`, `external_id`) is unique for a user."""

    user_id: str
    type: ActivityType
    name: str | None
    occurred_at: datetime
    received_at: datetime
    source: str
    external_id: str
    amount: int | None = None
    attributes: Any = None

    @property
    def id(self) -> str:
        """Derived from what makes it unique, so that telling it twice cannot make two; begins with the user's id."""
        digest = hashlib.sha256(f"{len(self.source)}:{self.source}{self.external_id}".encode()).hexdigest()
        return f"{self.user_id}.{digest[:24]}"


def check_activity(activity: Activity, now: datetime) -> list[Violation]:
    """What is wrong with an activity told at `now`; paths begin at the row."""
    violations = []
    if not is_plausible_id(activity.user_id):
        violations.append(Violation(("userId",), "USER_ID", "this is no user's id"))
    if activity.name is not None and not 1 <= len(activity.name) <= MAX_NAME:
        violations.append(Violation(("name",), "NAME", f"a name has 1 to {MAX_NAME} characters"))
    for field, value in (("source", activity.source), ("externalId", activity.external_id)):
        if not 1 <= len(value) <= MAX_SOURCE or not value.isprintable():
            violations.append(Violation((field,), "LENGTH", f"{field} has 1 to {MAX_SOURCE} printable characters"))
    if activity.source in RESERVED_SOURCES:
        violations.append(Violation(("source",), "RESERVED", "only the platform itself tells this source's activities"))
    if activity.occurred_at > now + MAX_AHEAD:
        violations.append(Violation(("occurredAt",), "FUTURE", "this lies in the future"))
    elif activity.occurred_at < now - MAX_AGE:
        violations.append(Violation(("occurredAt",), "TOO_OLD", f"this is more than {MAX_AGE.days} days ago"))
    if not _is_small(activity.attributes):
        message = f"attributes have at most {MAX_ATTRIBUTES_BYTES} bytes and {MAX_ATTRIBUTES_DEPTH} levels"
        violations.append(Violation(("attributes",), "TOO_LARGE", message))
    return violations


def _is_small(attributes: Any) -> bool:
    if _depth(attributes) > MAX_ATTRIBUTES_DEPTH:
        return False
    try:
        return len(json.dumps(attributes, allow_nan=False).encode()) <= MAX_ATTRIBUTES_BYTES
    except ValueError:
        return False


def _depth(value: Any, level: int = 0) -> int:
    if level > MAX_ATTRIBUTES_DEPTH or not isinstance(value, dict | list):
        return level
    children = value.values() if isinstance(value, Mapping) else value
    return max((_depth(child, level + 1) for child in children), default=level + 1)


def matches(condition: ActivityCondition, activity: Activity) -> bool:
    """Whether the activity counts for the condition, the window aside."""
    return activity.type is condition.activity and (condition.name is None or activity.name == condition.name)


def evaluate(rule: Rule, window: Window, activities: Iterable[Activity], person: Person = NOBODY) -> Verdict:
    """The verdict straight from the log: the reference. Telling an activity twice or in another order changes nothing."""
    zone = ZoneInfo(window.timezone)
    unique = {activity.id: activity for activity in activities if window.holds(activity.occurred_at)}
    tallies = {}
    for condition in activity_conditions(rule):
        matching = [activity for activity in unique.values() if matches(condition, activity)]
        days: set[date] = {activity.occurred_at.astimezone(zone).date() for activity in matching}
        total = sum(activity.amount or 0 for activity in matching)
        tallies[condition.id] = Tally(len(matching), len(days), longest_streak(days), total)
    return judge(rule, tallies, person)
