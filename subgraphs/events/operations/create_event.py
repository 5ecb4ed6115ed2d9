"""Create an event, as a draft."""

from dataclasses import asdict
from datetime import datetime

from subgraphs.events.model.draft import EventDraft, Path, build_rule, check_event, normalise_tags
from subgraphs.events.model.event import Event, Lifecycle
from subgraphs.events.operations.audit_snapshots import snapshot
from subgraphs.events.operations.dependencies import Dependencies
from subgraphs.events.operations.outbox_messages import changed_message
from subgraphs.runtime import audit
from subgraphs.runtime.idempotency import Call, check_key, fingerprint_of, run_once
from subgraphs.runtime.ids import random_id
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Document, Session
from subgraphs.runtime.results import IdempotencyConflict, ValidationFailed, Violation


async def create_event(
    dependencies: Dependencies, actor_id: str, draft: EventDraft, key: str
) -> Event | ValidationFailed | IdempotencyConflict:
    """Makes the event once for a key; the same call again gives the event as it now is."""
    bad_key = check_key(key)
    if bad_key is not None:
        return bad_key
    now = dependencies.clock.now()
    violations = await precheck_create(dependencies, draft, now, ("input",))
    if violations:
        return ValidationFailed(tuple(violations))

    async def work(session: Session) -> tuple[Event, Document]:
        event = await create_in(dependencies, actor_id, draft, now, session)
        return event, {"eventId": event.id}

    call = Call(actor_id, key, "createEvent", fingerprint_of(asdict(draft)), now)
    outcome = await run_once(dependencies.mongo, call, work)
    if isinstance(outcome, Event | IdempotencyConflict):
        return outcome
    made = await dependencies.store.event(outcome["eventId"])
    if made is None:
        raise LookupError("an event that was made is gone")
    return made


async def precheck_create(dependencies: Dependencies, draft: EventDraft, now: datetime, path: Path) -> list[Violation]:
    """Everything that is wrong with it."""
    return check_event(draft, path) or await dependencies.store.check_timezone(draft.timezone, now, (*path, "timezone"))


async def create_in(
    dependencies: Dependencies, actor_id: str, draft: EventDraft, now: datetime, session: Session
) -> Event:
    """Makes the event of a draft without faults in the transaction of `session`."""
    event = Event(
        id="ev" + random_id(),
        name=draft.name.strip(),
        description=draft.description,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        ended_at=None,
        timezone=draft.timezone,
        lifecycle=Lifecycle.DRAFT,
        tags=normalise_tags(draft.tags),
        image_url=draft.image_url,
        rule=build_rule(draft.rule),
        rule_version=1,
        version=1,
        created_at=now,
        created_by=actor_id,
    )
    await dependencies.store.insert(event, session)
    change = audit.Change(event.id, "event.created", now, actor_id, after=snapshot(event))
    await audit.append_first(dependencies.mongo, [change], session)
    await enqueue(dependencies.mongo, [changed_message(event, now)], session)
    return event
