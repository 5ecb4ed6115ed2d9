"""Events and activities for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from subgraphs.events.model.activity import Activity, evaluate
from subgraphs.events.model.event import Event, Lifecycle
from subgraphs.events.model.profile import COMPARISONS, Comparison, Profile, ProfileCondition, ProfileField
from subgraphs.events.model.rule import (
    ActivityType,
    Branch,
    CountCondition,
    Person,
    Quantifier,
    Rule,
    StreakCondition,
    SumCondition,
    Verdict,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def one_quest() -> Rule:
    return CountCondition("c1", ActivityType.QUEST, None, 1, False)


def an_event(**changes: Any) -> Event:
    """An open-ended published event, open since January."""
    fields: dict[str, Any] = {
        "id": "ev1",
        "name": "Event",
        "description": "",
        "starts_at": datetime(2026, 1, 1, tzinfo=UTC),
        "ends_at": None,
        "ended_at": None,
        "timezone": "UTC",
        "lifecycle": Lifecycle.PUBLISHED,
        "tags": (),
        "image_url": None,
        "rule": one_quest(),
        "rule_version": 1,
        "version": 1,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "created_by": "kr-operator",
        **changes,
    }
    return Event(**fields)


def an_activity(number: int = 1, **changes: Any) -> Activity:
    """A quest at noon."""
    fields: dict[str, Any] = {
        "user_id": "kr1",
        "type": ActivityType.QUEST,
        "name": None,
        "occurred_at": NOON,
        "received_at": NOON,
        "source": "tests",
        "external_id": str(number),
        **changes,
    }
    return Activity(**fields)


def a_profile(**changes: Any) -> Profile:
    """Somebody in Korea, registered on the first of January."""
    fields: dict[str, Any] = {
        "user_id": "kr1",
        "region": "KR",
        "timezone": "Asia/Seoul",
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "version": 1,
        **changes,
    }
    return Profile(**fields)


def told(event: Event, activities: Iterable[Activity], profile: Profile | None = None, at: datetime = NOON) -> Verdict:
    """The plain evaluation of an event's rule."""
    return evaluate(event.rule, event.window, activities, Person(profile, event.window.judged_at(at)))


TYPES = st.sampled_from([ActivityType.QUEST, ActivityType.LOGIN, ActivityType.PURCHASE])
NAMES = st.sampled_from([None, "forest", "$castle"])


REGIONS = ["KR", "JP", "US"]


@st.composite
def profile_conditions(draw: st.DrawFn, name: str) -> ProfileCondition:
    """Any condition on a profile that may be asked for."""
    field = draw(st.sampled_from(list(ProfileField)))
    comparison = draw(st.sampled_from(sorted(COMPARISONS[field])))
    value = st.sampled_from(REGIONS) if field is ProfileField.REGION else st.integers(0, 400).map(str)
    most = 3 if comparison is Comparison.ONE_OF else 1
    return ProfileCondition(name, field, comparison, tuple(draw(st.lists(value, min_size=1, max_size=most))))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any tree of up to four levels, with ids in its order."""
    counter = {"n": 0, "c": 0}

    def build(depth: int) -> Rule:
        if depth == 4 or draw(st.booleans()):
            counter["c"] += 1
            name = f"c{counter['c']}"
            match draw(st.sampled_from(["count", "streak", "sum", "profile"])):
                case "profile":
                    return draw(profile_conditions(name))
                case "streak":
                    return StreakCondition(name, draw(TYPES), draw(NAMES), draw(st.integers(1, 4)))
                case "sum":
                    return SumCondition(name, draw(TYPES), draw(NAMES), draw(st.integers(1, 500)))
            return CountCondition(name, draw(TYPES), draw(NAMES), draw(st.integers(1, 4)), draw(st.booleans()))
        counter["n"] += 1
        branch_id = f"n{counter['n']}"
        children = tuple(build(depth + 1) for _ in range(draw(st.integers(1, 3))))
        return Branch(branch_id, draw(st.sampled_from(list(Quantifier))), children)

    return build(1)
