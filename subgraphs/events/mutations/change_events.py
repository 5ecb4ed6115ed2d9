"""`changeEvents`."""

from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.model.event import Event as EventModel
from subgraphs.events.mutations.create_event import CreateEventInput
from subgraphs.events.mutations.event_success import IllegalTransition
from subgraphs.events.mutations.transition_event import TransitionEventInput
from subgraphs.events.mutations.update_event import UpdateEventInput
from subgraphs.events.operations.change_events import Change, Row
from subgraphs.events.operations.change_events import change_events as operation
from subgraphs.events.operations.refusal_codec import Refusal
from subgraphs.events.store.events import event_tags
from subgraphs.events.types.events import Event
from subgraphs.runtime import results
from subgraphs.runtime.graphql.arguments import IdempotencyKey
from subgraphs.runtime.graphql.refusals import (
    Atomicity,
    Error,
    IdempotencyConflict,
    NotFound,
    RowFailure,
    ValidationFailed,
    VersionConflict,
)


@strawberry.input
class EventChangeInput:
    """One change of a bulk call. Exactly one field is set."""

    create: CreateEventInput | None = strawberry.field(default=strawberry.UNSET, description="Creates an event.")
    update: UpdateEventInput | None = strawberry.field(default=strawberry.UNSET, description="Changes an event.")
    transition: TransitionEventInput | None = strawberry.field(
        default=strawberry.UNSET, description="Moves an event to another status."
    )

    def given(self) -> dict[str, Change]:
        """What was set, by its name, unchecked."""
        found: dict[str, Change] = {}
        if self.create:
            found["create"] = self.create.draft()
        if self.update:
            found["update"] = self.update.change()
        if self.transition:
            found["transition"] = self.transition.move()
        return found


@strawberry.input
class ChangeEventsInput:
    """1 to 100 changes, carried out in order in one transaction."""

    changes: list[EventChangeInput] = strawberry.field(
        description="The changes; each sees what the ones before it left."
    )
    atomicity: Atomicity = strawberry.field(
        default=Atomicity.ALL_OR_NOTHING, description="Whether one refused change refuses all."
    )


@strawberry.type
class ChangeEventsSuccess:
    """What became of each change."""

    events: list[Event | None] = strawberry.field(
        description="The changed events in the order of the input, null where the change was refused."
    )
    failures: list[RowFailure] = strawberry.field(description="The refused changes, in order of their index.")


ChangeEventsResult = Annotated[
    ChangeEventsSuccess | ValidationFailed | IdempotencyConflict,
    strawberry.union("ChangeEventsResult", description="What `changeEvents` answers."),
]


async def change_events(
    info: EventsInfo,
    input: Annotated[ChangeEventsInput, strawberry.argument(description="The changes.")],
    idempotency_key: IdempotencyKey,
) -> ChangeEventsResult | None:
    """For operators and admins: creates, changes and moves many events in one transaction, once for a key."""
    context = info.context
    outcome = await operation(
        context.dependencies,
        context.identity.id or "",
        [change.given() for change in input.changes],
        idempotency_key,
        all_or_nothing=input.atomicity is Atomicity.ALL_OR_NOTHING,
    )
    match outcome:
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.IdempotencyConflict():
            return IdempotencyConflict.of(outcome)
    changed = [row.id for row in outcome.rows if isinstance(row, EventModel)]
    await context.wrote(*(tag for event_id in changed for tag in event_tags(event_id)))
    return ChangeEventsSuccess(
        events=[_event(row, info) for row in outcome.rows],
        failures=[
            RowFailure(index=index, error=_error(row))
            for index, row in enumerate(outcome.rows)
            if not isinstance(row, EventModel)
        ],
    )


def _event(row: Row, info: EventsInfo) -> Event | None:
    return Event.of(row, info.context.now) if isinstance(row, EventModel) else None


def _error(refusal: Refusal) -> Error:
    match refusal:
        case results.ValidationFailed():
            return ValidationFailed.of(refusal)
        case results.NotFound():
            return NotFound.of(refusal)
        case results.VersionConflict():
            return VersionConflict.of(refusal)
        case _:
            return IllegalTransition.of(refusal)
