"""What an operator asks for, checked: names, windows, and rules before they are rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from subgraphs.events.model.profile import COMPARISONS, Comparison, ProfileCondition, ProfileField
from subgraphs.events.model.rule import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    ActivityType,
    Branch,
    CountCondition,
    Quantifier,
    Rule,
    StreakCondition,
    SumCondition,
)
from subgraphs.runtime.results import Violation
from subgraphs.runtime.validators import is_https_url, regions, timezones

MAX_EVENT_NAME: Final = 120
MAX_DESCRIPTION: Final = 5000
MAX_TAGS: Final = 20
MAX_TAG: Final = 40
MAX_TARGET: Final = 1_000_000_000
MAX_DAYS: Final = 3660
MAX_SUM: Final = 2**53 - 1
MAX_ACTIVITY_NAME: Final = 64
MAX_VALUES: Final = 50
MAX_AGE_DAYS: Final = 36_600

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountDraft:
    """A count condition as asked for."""

    activity: ActivityType
    name: str | None
    target: int
    distinct_days: bool


@dataclass(frozen=True, slots=True)
class StreakDraft:
    """A streak condition as asked for."""

    activity: ActivityType
    name: str | None
    days: int


@dataclass(frozen=True, slots=True)
class SumDraft:
    """A sum condition as asked for."""

    activity: ActivityType
    name: str | None
    target: int


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """A profile condition as asked for."""

    field: ProfileField
    comparison: Comparison
    values: tuple[str, ...]


ConditionDraft = CountDraft | StreakDraft | SumDraft | ProfileDraft


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as asked for: `branches` and `conditions` hold what was set, by the input's field names. Exactly one may be."""

    branches: Mapping[str, Sequence["RuleDraft"]] = field(default_factory=dict)
    conditions: Mapping[str, ConditionDraft] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventDetails:
    """What an event is besides its rule, as asked for."""

    name: str
    description: str
    starts_at: datetime
    ends_at: datetime | None
    timezone: str
    tags: tuple[str, ...]
    image_url: str | None


@dataclass(frozen=True, slots=True)
class EventDraft(EventDetails):
    """An event as asked for."""

    rule: RuleDraft


def check_event(draft: EventDraft, path: Path = ("input",)) -> list[Violation]:
    """Everything that is wrong with it."""
    return check_details(draft, path) + check_rule(draft.rule, (*path, "rule"))


def check_details(draft: EventDetails, path: Path = ("input",)) -> list[Violation]:
    """Everything that is wrong with it, the rule aside."""
    violations = []
    name = draft.name.strip()
    if not 1 <= len(name) <= MAX_EVENT_NAME or not name.isprintable():
        violations.append(Violation((*path, "name"), "NAME", f"a name has 1 to {MAX_EVENT_NAME} printable characters"))
    if len(draft.description) > MAX_DESCRIPTION:
        message = f"a description has at most {MAX_DESCRIPTION} characters"
        violations.append(Violation((*path, "description"), "TOO_LONG", message))
    if not _is_reasonable(draft.starts_at):
        violations.append(Violation((*path, "startsAt"), "WINDOW", "this is not in this age"))
    if draft.ends_at is not None and not draft.starts_at < draft.ends_at:
        violations.append(Violation((*path, "endsAt"), "WINDOW", "an event ends after it starts"))
    elif draft.ends_at is not None and not _is_reasonable(draft.ends_at):
        violations.append(Violation((*path, "endsAt"), "WINDOW", "this is not in this age"))
    if draft.timezone not in timezones():
        violations.append(Violation((*path, "timezone"), "TIMEZONE", "a time zone is an IANA name, as in Asia/Seoul"))
    violations += _check_tags(draft.tags, (*path, "tags"))
    if draft.image_url is not None and not is_https_url(draft.image_url):
        violations.append(Violation((*path, "imageUrl"), "URL", "an image has an https URL"))
    return violations


def normalise_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Lower case, trimmed, each once, in order."""
    return tuple(dict.fromkeys(tag.strip().casefold() for tag in tags))


def check_rule(draft: RuleDraft, path: Path) -> list[Violation]:
    """Everything that is wrong with the tree, each fault with the path to its place."""
    violations: list[Violation] = []
    found = _check_node(draft, path, 1, violations)
    if found > MAX_CONDITIONS:
        violations.append(Violation(path, "TOO_MANY", f"a rule has at most {MAX_CONDITIONS} conditions"))
    return violations


def build_rule(draft: RuleDraft) -> Rule:
    """The rule of a draft without faults. Ids follow the tree's order: n1… for branches, c1… for conditions."""
    counters = {"n": 0, "c": 0}

    def next_id(kind: str) -> str:
        counters[kind] += 1
        return f"{kind}{counters[kind]}"

    def build(node: RuleDraft) -> Rule:
        for quantifier, children in node.branches.items():
            branch_id = next_id("n")
            return Branch(branch_id, Quantifier(quantifier), tuple(build(child) for child in children))
        (draft,) = node.conditions.values()
        match draft:
            case CountDraft():
                return CountCondition(next_id("c"), draft.activity, draft.name, draft.target, draft.distinct_days)
            case StreakDraft():
                return StreakCondition(next_id("c"), draft.activity, draft.name, draft.days)
            case SumDraft():
                return SumCondition(next_id("c"), draft.activity, draft.name, draft.target)
            case ProfileDraft():
                return ProfileCondition(next_id("c"), draft.field, draft.comparison, draft.values)

    return build(draft)


def _check_node(node: RuleDraft, path: Path, depth: int, violations: list[Violation]) -> int:
    if len(node.branches) + len(node.conditions) != 1:
        violations.append(Violation(path, "EXACTLY_ONE", "exactly one kind of rule is set"))
        return 0
    if depth > MAX_DEPTH:
        violations.append(Violation(path, "TOO_DEEP", f"a rule is at most {MAX_DEPTH} deep"))
        return 0
    for kind, condition in node.conditions.items():
        violations += _check_condition(condition, (*path, kind))
        return 1
    found = 0
    for quantifier, children in node.branches.items():
        if not children:
            violations.append(Violation((*path, quantifier), "EMPTY", "a branch holds at least one rule"))
        for position, child in enumerate(children):
            found += _check_node(child, (*path, quantifier, str(position)), depth + 1, violations)
    return found


def _check_condition(condition: ConditionDraft, path: Path) -> list[Violation]:
    match condition:
        case ProfileDraft():
            return _check_profile(condition, path)
        case CountDraft():
            field_name, value, most = "target", condition.target, MAX_DAYS if condition.distinct_days else MAX_TARGET
        case StreakDraft():
            field_name, value, most = "days", condition.days, MAX_DAYS
        case SumDraft():
            field_name, value, most = "target", condition.target, MAX_SUM
    violations = []
    if not 1 <= value <= most:
        violations.append(Violation((*path, field_name), "TARGET", f"{field_name} is 1 to {most}"))
    if condition.name is not None and not 1 <= len(condition.name) <= MAX_ACTIVITY_NAME:
        message = f"a name has 1 to {MAX_ACTIVITY_NAME} characters"
        violations.append(Violation((*path, "name"), "NAME", message))
    return violations


def _check_profile(condition: ProfileDraft, path: Path) -> list[Violation]:
    if condition.comparison not in COMPARISONS[condition.field]:
        return [Violation((*path, "comparison"), "COMPARISON", f"{condition.field} has no such comparison")]
    most = MAX_VALUES if condition.comparison is Comparison.ONE_OF else 1
    if not 1 <= len(condition.values) <= most:
        return [Violation((*path, "values"), "VALUES", f"this comparison has 1 to {most} values")]
    is_region = condition.field is ProfileField.REGION
    message = "a region is an ISO 3166-1 alpha-2 code, as in KR" if is_region else f"days are 0 to {MAX_AGE_DAYS}"
    return [
        Violation((*path, "values", str(position)), "VALUE", message)
        for position, value in enumerate(condition.values)
        if not (value in regions() if is_region else _is_days(value))
    ]


def _is_days(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 5 and int(value) <= MAX_AGE_DAYS


def _check_tags(tags: Sequence[str], path: Path) -> list[Violation]:
    if len(tags) > MAX_TAGS:
        return [Violation(path, "TOO_MANY", f"an event has at most {MAX_TAGS} tags")]
    return [
        Violation((*path, str(position)), "TAG", f"a tag has 1 to {MAX_TAG} printable characters")
        for position, tag in enumerate(tags)
        if not 1 <= len(tag.strip().casefold()) <= MAX_TAG or not tag.strip().isprintable()
    ]


def _is_reasonable(instant: datetime) -> bool:
    return 2000 <= instant.year < 3000
