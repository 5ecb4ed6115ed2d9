"""Rules: trees of ALL, ANY and NONE over conditions, judged by tallies of what a user did in a window."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from subgraphs.events.model.profile import Profile, ProfileCondition, progress_of

MAX_DEPTH: Final = 5
MAX_CONDITIONS: Final = 50
# Progress is told no further than JSON carries whole numbers exactly.
MAX_PROGRESS: Final = 2**53 - 1
_DAY: Final = timedelta(days=1)


class ActivityType(StrEnum):
    """Kinds of activities."""

    LOGIN = "LOGIN"
    ATTENDANCE = "ATTENDANCE"
    INVITE_ACCEPTED = "INVITE_ACCEPTED"
    PURCHASE = "PURCHASE"
    QUEST = "QUEST"
    LEVEL = "LEVEL"
    CUSTOM = "CUSTOM"


@dataclass(frozen=True, slots=True)
class CountCondition:
    """At least `target` matching activities; with `distinct_days`, at most one counts a day. No name matches any."""

    id: str
    activity: ActivityType
    name: str | None
    target: int
    distinct_days: bool


@dataclass(frozen=True, slots=True)
class StreakCondition:
    """Matching activities on at least `days` days in a row, somewhere in the window."""

    id: str
    activity: ActivityType
    name: str | None
    days: int

    @property
    def target(self) -> int:
        """The days in a row that the condition asks for."""
        return self.days


@dataclass(frozen=True, slots=True)
class SumCondition:
    """The amounts of matching activities add up to at least `target`; one without an amount adds nothing."""

    id: str
    activity: ActivityType
    name: str | None
    target: int


class Quantifier(StrEnum):
    """How many of a branch's rules must hold: all, any or none."""

    ALL = "allOf"
    ANY = "anyOf"
    NONE = "noneOf"


@dataclass(frozen=True, slots=True)
class Branch:
    """Holds if all, any or none of its rules hold."""

    id: str
    quantifier: Quantifier
    rules: tuple["Rule", ...]


ActivityCondition: TypeAlias = CountCondition | StreakCondition | SumCondition
Condition: TypeAlias = ActivityCondition | ProfileCondition
Rule: TypeAlias = Branch | Condition


@dataclass(frozen=True, slots=True)
class Tally:
    """What a user did of one kind in a window.

    How many activities, on how many days of the event's zone, on how many of those in a row, and the sum of the
    amounts.
    """

    count: int = 0
    days: int = 0
    streak: int = 0
    total: int = 0


def longest_streak(days: Iterable[date]) -> int:
    """The length of the longest run of days without a gap."""
    held = set(days)
    longest = 0
    for day in held:
        if day - _DAY not in held:
            length = 1
            while day + length * _DAY in held:
                length += 1
            longest = max(longest, length)
    return longest


@dataclass(frozen=True, slots=True)
class ConditionProgress:
    """How far a user is with one condition."""

    condition: Condition
    current: int

    @property
    def satisfied(self) -> bool:
        """Returns whether the condition holds."""
        return self.current >= self.condition.target


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the rule holds, and how far each condition is, in the tree's order."""

    satisfied: bool
    conditions: tuple[ConditionProgress, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One rule of the tree with its parent's id and its depth (the root's is 1)."""

    rule: Rule
    parent_id: str | None
    depth: int


def nodes(rule: Rule, parent_id: str | None = None, depth: int = 1) -> Iterator[Node]:
    """The tree from the root down, each rule before its children."""
    yield Node(rule, parent_id, depth)
    if isinstance(rule, Branch):
        for child in rule.rules:
            yield from nodes(child, rule.id, depth + 1)


def conditions(rule: Rule) -> list[Condition]:
    """The tree's conditions in its order."""
    return [node.rule for node in nodes(rule) if not isinstance(node.rule, Branch)]


def activity_conditions(rule: Rule) -> list[ActivityCondition]:
    """Those of the tree's conditions that are about what a user did."""
    return [condition for condition in conditions(rule) if not isinstance(condition, ProfileCondition)]


def asks_profile(rule: Rule) -> bool:
    """Whether the rule is about who a user is, too."""
    return any(isinstance(condition, ProfileCondition) for condition in conditions(rule))


@dataclass(frozen=True, slots=True)
class Person:
    """Who is judged: their profile, None when nothing is known of them, at an instant."""

    profile: Profile | None
    at: datetime


NOBODY: Final = Person(None, datetime.min)


def judge(rule: Rule, tallies: Mapping[str, Tally], person: Person = NOBODY) -> Verdict:
    """The verdict over tallies by condition id, of which one that is missing is zero, and over the person's profile."""
    progress = tuple(ConditionProgress(c, _current(c, tallies.get(c.id, Tally()), person)) for c in conditions(rule))
    holds = {entry.condition.id: entry.satisfied for entry in progress}
    return Verdict(_holds(rule, holds), progress)


def _current(condition: Condition, tally: Tally, person: Person) -> int:
    match condition:
        case CountCondition():
            return tally.days if condition.distinct_days else tally.count
        case StreakCondition():
            return tally.streak
        case SumCondition():
            return max(-MAX_PROGRESS, min(MAX_PROGRESS, tally.total))
        case ProfileCondition():
            return progress_of(condition, person.profile, person.at)


def _holds(rule: Rule, holds: Mapping[str, bool]) -> bool:
    if not isinstance(rule, Branch):
        return holds[rule.id]
    results: Sequence[bool] = [_holds(child, holds) for child in rule.rules]
    match rule.quantifier:
        case Quantifier.ALL:
            return all(results)
        case Quantifier.ANY:
            return any(results)
        case Quantifier.NONE:
            return not any(results)
