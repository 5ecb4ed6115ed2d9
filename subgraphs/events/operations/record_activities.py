"""Record what users did, in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass

from subgraphs.events.model.activity import MAX_ROWS, Activity, check_activity
from subgraphs.events.operations.dependencies import Dependencies
from subgraphs.events.store.activities import record
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import RateLimited, ValidationFailed, Violation


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many were new, how many were there already, and what is wrong with the others, by their index."""

    accepted: int
    duplicates: int
    failures: tuple[tuple[int, ValidationFailed], ...]


async def record_activities(
    dependencies: Dependencies, caller_id: str, activities: Sequence[Activity], *, all_or_nothing: bool
) -> Recorded | ValidationFailed | RateLimited:
    """Keeps the good rows, or all or none. An activity told twice, in one call or in many, is counted as a duplicate."""
    limited = await dependencies.rate_limits.record(caller_id)
    if limited is not None:
        return limited
    if not 1 <= len(activities) <= MAX_ROWS:
        return ValidationFailed((Violation(("input", "rows"), "ROWS", f"a call carries 1 to {MAX_ROWS} rows"),))
    now = dependencies.clock.now()
    good: list[Activity] = []
    failures: list[tuple[int, ValidationFailed]] = []
    for index, activity in enumerate(activities):
        violations = check_activity(activity, now)
        if violations:
            failures.append((index, _at_row(index, violations)))
        else:
            good.append(activity)
    if failures and all_or_nothing:
        return ValidationFailed(tuple(violation for _, invalid in failures for violation in invalid.violations))
    if all_or_nothing:

        async def work(session: Session) -> int:
            return await record(dependencies.mongo, good, session)

        accepted = await dependencies.mongo.transaction(work)
    else:
        accepted = await record(dependencies.mongo, good)
    return Recorded(accepted, len(good) - accepted, tuple(failures))


def _at_row(index: int, violations: Sequence[Violation]) -> ValidationFailed:
    prefix = ("input", "rows", str(index))
    return ValidationFailed(tuple(Violation((*prefix, *v.path), v.code, v.message) for v in violations))
