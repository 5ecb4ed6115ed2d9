"""Change events in bulk: creations, updates and transitions, in order, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, TypeAlias

from subgraphs.events.model.draft import EventDraft, Path
from subgraphs.events.model.event import Event
from subgraphs.events.model.update import EventUpdate
from subgraphs.events.operations.create_event import create_in, precheck_create
from subgraphs.events.operations.dependencies import Dependencies
from subgraphs.events.operations.refusal_codec import Refusal, as_violations, refusal_document, to_refusal
from subgraphs.events.operations.transition_event import MAX_REASON, TransitionCommand, transition_in
from subgraphs.events.operations.update_event import precheck_update, update_in
from subgraphs.runtime.idempotency import Call, check_key, fingerprint_of, run_once
from subgraphs.runtime.mongo import Document, Session
from subgraphs.runtime.results import IdempotencyConflict, ValidationFailed, Violation

MAX_CHANGES: Final = 100

Change: TypeAlias = EventDraft | EventUpdate | TransitionCommand
Row: TypeAlias = Event | Refusal


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of each change, in their order."""

    rows: tuple[Row, ...]


class AllRefused(Exception):
    """One row was refused, so none is carried out."""

    def __init__(self, index: int, refusal: Refusal) -> None:
        super().__init__(index)
        self.index = index
        self.refusal = refusal


async def change_events(
    dependencies: Dependencies,
    actor_id: str,
    changes: Sequence[Mapping[str, Change]],
    key: str,
    *,
    all_or_nothing: bool,
) -> Changed | ValidationFailed | IdempotencyConflict:
    """Carries the changes out once for a key.

    The same call again tells what became of it, with the events as they now are. Each change holds what was set by the
    input's field names, and exactly one may be.
    """
    bad_key = check_key(key)
    if bad_key is not None:
        return bad_key
    if not 1 <= len(changes) <= MAX_CHANGES:
        message = f"a call carries 1 to {MAX_CHANGES} changes"
        return ValidationFailed((Violation(("input", "changes"), "CHANGES", message),))
    now = dependencies.clock.now()
    faults = {}
    for index, change in enumerate(changes):
        violations = await _precheck(dependencies, change, now, _path(index))
        if violations:
            faults[index] = ValidationFailed(tuple(violations))
    if faults and all_or_nothing:
        return ValidationFailed(tuple(violation for fault in faults.values() for violation in fault.violations))

    async def work(session: Session) -> tuple[Changed, Document]:
        rows: list[Row] = []
        for index, change in enumerate(changes):
            row = faults.get(index) or await _carry_out(dependencies, actor_id, change, now, session, _path(index))
            if all_or_nothing and not isinstance(row, Event):
                raise AllRefused(index, row)
            rows.append(row)
        return Changed(tuple(rows)), {"rows": [_row_document(row) for row in rows]}

    arguments = [{name: asdict(change) for name, change in given.items()} for given in changes]
    fingerprint = fingerprint_of({"changes": arguments, "allOrNothing": all_or_nothing})
    try:
        outcome = await run_once(dependencies.mongo, Call(actor_id, key, "changeEvents", fingerprint, now), work)
    except AllRefused as refused:
        return ValidationFailed(as_violations(refused.refusal, _path(refused.index)))
    return (
        outcome
        if isinstance(outcome, Changed | IdempotencyConflict)
        else await _as_it_was(dependencies, outcome["rows"])
    )


def _path(index: int) -> Path:
    return ("input", "changes", str(index))


async def _precheck(
    dependencies: Dependencies, given: Mapping[str, Change], now: datetime, path: Path
) -> list[Violation]:
    if len(given) != 1:
        return [Violation(path, "EXACTLY_ONE", "exactly one kind of change is set")]
    ((name, change),) = given.items()
    match change:
        case EventDraft():
            return await precheck_create(dependencies, change, now, (*path, name))
        case EventUpdate():
            return await precheck_update(dependencies, change, now, (*path, name))
        case TransitionCommand():
            if len(change.reason or "") > MAX_REASON:
                message = f"a reason has at most {MAX_REASON} characters"
                return [Violation((*path, name, "reason"), "TOO_LONG", message)]
    return []


async def _carry_out(
    dependencies: Dependencies, actor_id: str, given: Mapping[str, Change], now: datetime, session: Session, path: Path
) -> Row:
    ((name, change),) = given.items()
    match change:
        case EventDraft():
            return await create_in(dependencies, actor_id, change, now, session)
        case EventUpdate():
            return await update_in(dependencies, actor_id, change, now, session, (*path, name))
        case TransitionCommand():
            return await transition_in(dependencies, actor_id, change, now, session)


def _row_document(row: Row) -> Document:
    return {"eventId": row.id} if isinstance(row, Event) else {"refusal": refusal_document(row)}


async def _as_it_was(dependencies: Dependencies, rows: Sequence[Document]) -> Changed:
    events = await dependencies.store.events([row["eventId"] for row in rows if "eventId" in row])
    return Changed(tuple(events[row["eventId"]] if "eventId" in row else to_refusal(row["refusal"]) for row in rows))
