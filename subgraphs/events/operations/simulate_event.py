"""Simulate a rule: would it be satisfied? Changes nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from subgraphs.events.model.activity import MAX_NAME, MAX_ROWS, Activity, evaluate
from subgraphs.events.model.draft import RuleDraft, build_rule, check_rule
from subgraphs.events.model.event import Window
from subgraphs.events.model.profile import Profile
from subgraphs.events.model.rule import ActivityType, Person, Rule, Verdict, activity_conditions
from subgraphs.events.operations.dependencies import Dependencies
from subgraphs.events.store.activities import activities_in
from subgraphs.runtime.mongo import Database
from subgraphs.runtime.results import NotFound, ValidationFailed, Violation

# A rule alone is judged over all of time, in UTC.
ALWAYS: Final = Window(datetime(1970, 1, 1, tzinfo=UTC), None, "UTC")
NOBODYS: Final = "nobody"


@dataclass(frozen=True, slots=True)
class SimulatedActivity:
    """An activity that nobody did."""

    type: ActivityType
    name: str | None
    occurred_at: datetime
    amount: int | None


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to judge: an event's rule, or `rule` in its place or alone; for a user's activities, made-up ones, or both.

    As of `at`, None meaning now.
    """

    event_id: str | None
    rule: RuleDraft | None
    user_id: str | None
    activities: tuple[SimulatedActivity, ...]
    at: datetime | None


async def simulate_event(
    dependencies: Dependencies, database: Database, wanted: Simulation
) -> Verdict | NotFound | ValidationFailed:
    """The verdict. Raises SubgraphUnavailable when it could not be told whether there is such a user."""
    violations = _violations(wanted)
    if violations:
        return ValidationFailed(tuple(violations))
    event = None if wanted.event_id is None else await dependencies.store.event(wanted.event_id)
    if event is None and wanted.event_id is not None:
        return NotFound(wanted.event_id)
    profile = None if wanted.user_id is None else await dependencies.profiles.one(wanted.user_id)
    if profile is None and wanted.user_id is not None:
        return NotFound(wanted.user_id)
    window = ALWAYS if event is None else event.window
    if wanted.rule is not None:
        rule = build_rule(wanted.rule)
    elif event is not None:
        rule = event.rule
    else:
        raise LookupError("a simulation without a rule was let through")
    at = wanted.at or dependencies.clock.now()
    log = [] if profile is None else await _log(database, profile, rule, window, at)
    log += _made_up(wanted.activities, profile, at)
    # Off the event loop: a log may be long.
    return await asyncio.to_thread(evaluate, rule, window, log, Person(profile, window.judged_at(at)))


def _violations(wanted: Simulation) -> list[Violation]:
    if wanted.event_id is None and wanted.rule is None:
        return [Violation(("input",), "RULE", "an event or a rule is to be given")]
    if len(wanted.activities) > MAX_ROWS:
        return [Violation(("input", "activities"), "ROWS", f"at most {MAX_ROWS} activities are made up")]
    violations = [] if wanted.rule is None else check_rule(wanted.rule, ("input", "rule"))
    for index, activity in enumerate(wanted.activities):
        if len(activity.name or "") > MAX_NAME:
            path = ("input", "activities", str(index), "name")
            violations.append(Violation(path, "NAME", f"a name has 1 to {MAX_NAME} characters"))
    return violations


async def _log(database: Database, profile: Profile, rule: Rule, window: Window, at: datetime) -> list[Activity]:
    kinds = {condition.activity for condition in activity_conditions(rule)}
    return await activities_in(database, profile.user_id, window, kinds, at) if kinds else []


def _made_up(activities: Sequence[SimulatedActivity], profile: Profile | None, at: datetime) -> list[Activity]:
    return [
        Activity(
            user_id=NOBODYS if profile is None else profile.user_id,
            type=activity.type,
            name=activity.name,
            occurred_at=activity.occurred_at,
            received_at=at,
            source="simulation",
            external_id=str(index),
            amount=activity.amount,
        )
        for index, activity in enumerate(activities)
        if activity.occurred_at <= at
    ]
