"""`changeEvents`."""

from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.mutations.create_event import CreateEventInput
from subgraphs.events.mutations.transition_event import TransitionEventInput
from subgraphs.events.mutations.update_event import UpdateEventInput
from subgraphs.events.types.events import Event
from subgraphs.runtime.graphql.refusals import Atomicity, IdempotencyConflict, RowFailure, ValidationFailed


@strawberry.input(description="Exactly one field is set.")
class EventChangeInput:
    create: CreateEventInput | None = strawberry.UNSET
    update: UpdateEventInput | None = strawberry.UNSET
    transition: TransitionEventInput | None = strawberry.UNSET


@strawberry.input(description="1 to 100 changes, carried out in order.")
class ChangeEventsInput:
    changes: list[EventChangeInput]
    atomicity: Atomicity = Atomicity.ALL_OR_NOTHING


@strawberry.type(description="`events` holds the changed events in the order of the input, null where the row failed.")
class ChangeEventsSuccess:
    events: list[Event | None]
    failures: list[RowFailure]


ChangeEventsResult = Annotated[
    ChangeEventsSuccess | ValidationFailed | IdempotencyConflict, strawberry.union("ChangeEventsResult")
]


async def change_events(info: EventsInfo, input: ChangeEventsInput, idempotency_key: str) -> ChangeEventsResult | None:
    return None
