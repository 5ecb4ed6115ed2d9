"""Move an event on: publish, pause, resume, end, archive."""

from dataclasses import dataclass

from subgraphs.events.model.event import (
    TRANSITIONS,
    Event,
    EventStatus,
    Transition,
    allowed_transitions,
)
from subgraphs.events.operations.tools import Tools, changed_message
from subgraphs.runtime import audit
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.outbox import post
from subgraphs.runtime.outcomes import Missing, Stale


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The event's status does not allow the transition; `allowed` are those it does."""

    status: EventStatus
    allowed: tuple[Transition, ...]


async def transition_event(
    tools: Tools, actor_id: str, event_id: str, expected_version: int, transition: Transition, reason: str | None
) -> Event | Missing | Stale | NotAllowed:
    """Of many calls with one version, one moves the event."""
    now = tools.clock.now()

    async def work(session: Session) -> Event | Missing | Stale | NotAllowed:
        event = await tools.store.event(event_id, session)
        if event is None:
            return Missing(event_id)
        if event.version != expected_version:
            return Stale(event.version)
        status = event.status_at(now)
        sources, lifecycle = TRANSITIONS[transition]
        if status not in sources:
            return NotAllowed(status, tuple(allowed_transitions(status)))
        changed = await tools.store.set_lifecycle(event_id, expected_version, lifecycle, now, session)
        if changed is None:
            raise LookupError("the snapshot of this transaction changed")
        change = audit.Change(
            event_id,
            f"event.{transition.value.lower()}",
            now,
            actor_id,
            reason=reason,
            before={"lifecycle": event.lifecycle.value, "version": event.version},
            after={"lifecycle": changed.lifecycle.value, "version": changed.version},
        )
        await audit.append(tools.mongo, change, session)
        await post(tools.mongo, [changed_message(changed, now)], session)
        return changed

    return await tools.mongo.transaction(work)
