"""Move an event on: publish, pause, resume, end, archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from subgraphs.events.model.event import TRANSITIONS, Event, EventStatus, Transition, allowed_transitions
from subgraphs.events.operations.dependencies import Dependencies
from subgraphs.events.operations.outbox_messages import changed_message
from subgraphs.runtime import audit
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import NotFound, VersionConflict

MAX_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class TransitionCommand:
    """A transition as asked for."""

    id: str
    expected_version: int
    transition: Transition
    reason: str | None


@dataclass(frozen=True, slots=True)
class IllegalTransition:
    """The event's status does not allow the step.

    `allowed` are the transitions it does, and `locked` the fields that were to change and may not.
    """

    status: EventStatus
    allowed: tuple[Transition, ...]
    locked: tuple[str, ...] = ()


TransitionResult = Event | NotFound | VersionConflict | IllegalTransition


def illegal_transition(event: Event, now: datetime, locked: Sequence[str] = ()) -> IllegalTransition:
    """The refusal that tells what the event's status allows instead."""
    status = event.status_at(now)
    return IllegalTransition(status, tuple(allowed_transitions(status)), tuple(locked))


async def transition_event(dependencies: Dependencies, actor_id: str, command: TransitionCommand) -> TransitionResult:
    """Of many calls with one version, one moves the event."""
    now = dependencies.clock.now()
    return await dependencies.mongo.transaction(
        lambda session: transition_in(dependencies, actor_id, command, now, session)
    )


async def transition_in(
    dependencies: Dependencies, actor_id: str, command: TransitionCommand, now: datetime, session: Session
) -> TransitionResult:
    """Moves in the transaction of `session`, which a refusal leaves as it was."""
    event = await dependencies.store.event(command.id, session)
    if event is None:
        return NotFound(command.id)
    if event.version != command.expected_version:
        return VersionConflict(event.version)
    sources, lifecycle = TRANSITIONS[command.transition]
    if event.status_at(now) not in sources:
        return illegal_transition(event, now)
    changed = await dependencies.store.set_lifecycle(command.id, command.expected_version, lifecycle, now, session)
    if changed is None:
        raise LookupError("the snapshot of this transaction changed")
    change = audit.Change(
        command.id,
        f"event.{command.transition.value.lower()}",
        now,
        actor_id,
        reason=command.reason,
        before={"lifecycle": event.lifecycle.value, "version": event.version},
        after={"lifecycle": changed.lifecycle.value, "version": changed.version},
    )
    await audit.append(dependencies.mongo, change, session)
    await enqueue(dependencies.mongo, [changed_message(changed, now)], session)
    return changed
