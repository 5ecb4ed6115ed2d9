"""Changes of events: what may change in which status, in one table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from subgraphs.events.model.draft import (
    EventDetails,
    Path,
    RuleDraft,
    build_rule,
    check_details,
    check_rule,
    normalise_tags,
)
from subgraphs.events.model.event import Event, EventStatus
from subgraphs.runtime.results import Violation

_TEXTS: Final = frozenset({"name", "description", "tags", "imageUrl"})
_ALL: Final = _TEXTS | {"startsAt", "endsAt", "timezone", "rule"}
# Once activities may count, neither the start nor the days that they were counted in are moved; the rule changes under a
# new version. What has ended keeps its window and rule, and what is archived keeps everything.
CHANGEABLE: Final[dict[EventStatus, frozenset[str]]] = {
    EventStatus.DRAFT: _ALL,
    EventStatus.SCHEDULED: _ALL,
    EventStatus.ACTIVE: _TEXTS | {"endsAt", "rule"},
    EventStatus.PAUSED: _TEXTS | {"endsAt", "rule"},
    EventStatus.ENDED: _TEXTS,
    EventStatus.ARCHIVED: frozenset(),
}
# These cannot be cleared.
_REQUIRED: Final = ("name", "description", "startsAt", "timezone", "tags", "rule")
_ATTRIBUTES: Final = {
    "name": "name",
    "description": "description",
    "startsAt": "starts_at",
    "endsAt": "ends_at",
    "timezone": "timezone",
    "tags": "tags",
    "imageUrl": "image_url",
    "rule": "rule",
}


@dataclass(frozen=True, slots=True)
class EventUpdate:
    """A change as asked for: `fields` holds what was given, by the input's names; None clears. The rule is a RuleDraft."""

    id: str
    expected_version: int
    fields: Mapping[str, Any]


def check_update(update: EventUpdate, path: Path) -> list[Violation]:
    """What is wrong with a change whatever the event is like."""
    if not update.fields:
        return [Violation(path, "NOTHING", "nothing is to change")]
    violations = [
        Violation((*path, name), "REQUIRED", f"{name} cannot be cleared")
        for name in _REQUIRED
        if name in update.fields and update.fields[name] is None
    ]
    rule = update.fields.get("rule")
    return violations + (check_rule(rule, (*path, "rule")) if isinstance(rule, RuleDraft) else [])


def updated(event: Event, update: EventUpdate) -> Event:
    """The event as it would be after a change that `check_update` finds nothing wrong with, its version aside."""
    values = {_ATTRIBUTES[name]: _value(name, value) for name, value in update.fields.items()}
    changed = replace(event, **values)
    if changed.rule != event.rule:
        changed = replace(changed, rule_version=event.rule_version + 1)
    return changed


def changed_fields(before: Event, after: Event) -> list[str]:
    """The names of the fields that differ."""
    return [name for name, attribute in _ATTRIBUTES.items() if getattr(before, attribute) != getattr(after, attribute)]


def locked_fields(before: Event, after: Event, now: datetime) -> list[str]:
    """The names of the fields that differ and may not, with the event in its present status."""
    changeable = CHANGEABLE[before.status_at(now)]
    return [name for name in changed_fields(before, after) if name not in changeable]


def check_updated(before: Event, after: Event, now: datetime, path: Path) -> list[Violation]:
    """What is wrong with the event as it would be."""
    differing = changed_fields(before, after)
    details = EventDetails(
        name=after.name,
        description=after.description,
        starts_at=after.starts_at,
        ends_at=after.ends_at,
        timezone=after.timezone,
        tags=after.tags,
        image_url=after.image_url,
    )
    violations = check_details(details, path)
    status = before.status_at(now)
    if status is not EventStatus.DRAFT:
        if "startsAt" in differing and after.starts_at < now:
            violations.append(
                Violation((*path, "startsAt"), "PAST", "a published event cannot have started before now")
            )
        if "endsAt" in differing and after.ends_at is not None and after.ends_at <= now:
            violations.append(Violation((*path, "endsAt"), "PAST", "this is past; END ends an event now"))
    return violations


def _value(name: str, value: Any) -> Any:
    if isinstance(value, RuleDraft):
        return build_rule(value)
    if name == "tags":
        return normalise_tags(value)
    return value.strip() if name == "name" else value
