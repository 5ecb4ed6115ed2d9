"""Update an event: what its status allows, by compare-and-set."""

from datetime import datetime

from subgraphs.events.model.draft import Path
from subgraphs.events.model.event import Event
from subgraphs.events.model.update import EventUpdate, check_update, check_updated, locked_fields, updated
from subgraphs.events.operations.audit_snapshots import snapshot
from subgraphs.events.operations.dependencies import Dependencies
from subgraphs.events.operations.outbox_messages import changed_message
from subgraphs.events.operations.transition_event import IllegalTransition, illegal_transition
from subgraphs.runtime import audit
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import NotFound, ValidationFailed, VersionConflict, Violation

Updated = Event | NotFound | VersionConflict | IllegalTransition | ValidationFailed


async def update_event(dependencies: Dependencies, actor_id: str, update: EventUpdate) -> Updated:
    """Of many calls with one version, one changes the event; one that changes nothing gives it as it is."""
    now, path = dependencies.clock.now(), ("input",)
    violations = await precheck_update(dependencies, update, now, path)
    if violations:
        return ValidationFailed(tuple(violations))
    return await dependencies.mongo.transaction(
        lambda session: update_in(dependencies, actor_id, update, now, session, path)
    )


async def precheck_update(
    dependencies: Dependencies, update: EventUpdate, now: datetime, path: Path
) -> list[Violation]:
    """What is wrong with it whatever the event is like."""
    violations = check_update(update, path)
    zone = update.fields.get("timezone")
    if zone is not None and not violations:
        violations += await dependencies.store.check_timezone(zone, now, (*path, "timezone"))
    return violations


async def update_in(
    dependencies: Dependencies, actor_id: str, update: EventUpdate, now: datetime, session: Session, path: Path
) -> Updated:
    """Updates in the transaction of `session`, which a refusal leaves as it was."""
    event = await dependencies.store.event(update.id, session)
    if event is None:
        return NotFound(update.id)
    if event.version != update.expected_version:
        return VersionConflict(event.version)
    wanted = updated(event, update)
    if wanted == event:
        return event
    locked = locked_fields(event, wanted, now)
    if locked:
        return illegal_transition(event, now, locked)
    violations = check_updated(event, wanted, now, path)
    if violations:
        return ValidationFailed(tuple(violations))
    changed = await dependencies.store.replace(wanted, update.expected_version, session)
    if changed is None:
        raise LookupError("the snapshot of this transaction changed")
    before, after = audit.changed_values(snapshot(event), snapshot(changed))
    change = audit.Change(event.id, "event.updated", now, actor_id, before=before, after=after)
    await audit.append(dependencies.mongo, change, session)
    await enqueue(dependencies.mongo, [changed_message(changed, now)], session)
    return changed
