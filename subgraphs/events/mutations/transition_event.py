"""`transitionEvent`."""

from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.model.event import Event, Transition
from subgraphs.events.mutations.event_success import EventSuccess, IllegalTransition, event_success
from subgraphs.events.operations import transition_event as transitions
from subgraphs.events.operations.transition_event import MAX_REASON, TransitionCommand
from subgraphs.events.operations.transition_event import transition_event as operation
from subgraphs.events.types.transitions import EventTransition
from subgraphs.runtime import results
from subgraphs.runtime.graphql.errors import BadUserInput
from subgraphs.runtime.graphql.refusals import NotFound, VersionConflict


@strawberry.input
class TransitionEventInput:
    """A transition of one event."""

    id: strawberry.ID = strawberry.field(description="The event.")
    expected_version: int = strawberry.field(
        description="The event's `version` when it was read; when another stands, nothing is changed."
    )
    transition: EventTransition = strawberry.field(description="What to do.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Why, for the audit trail: at most 500 characters; null or left out means none.",
    )

    def move(self) -> TransitionCommand:
        """What was asked for, unchecked."""
        return TransitionCommand(self.id, self.expected_version, Transition(self.transition.name), self.reason or None)


TransitionEventResult = Annotated[
    EventSuccess | NotFound | VersionConflict | IllegalTransition,
    strawberry.union("TransitionEventResult", description="What `transitionEvent` answers."),
]


async def transition_event(
    info: EventsInfo,
    input: Annotated[TransitionEventInput, strawberry.argument(description="The event and the transition.")],
) -> TransitionEventResult | None:
    """For operators and admins: moves an event to another status."""
    context = info.context
    move = input.move()
    if len(move.reason or "") > MAX_REASON:
        raise BadUserInput(f"a reason has at most {MAX_REASON} characters", "input.reason")
    outcome = await operation(context.dependencies, context.identity.id or "", move)
    match outcome:
        case Event():
            return await event_success(context, outcome)
        case results.NotFound():
            return NotFound.of(outcome)
        case results.VersionConflict():
            return VersionConflict.of(outcome)
        case transitions.IllegalTransition():
            return IllegalTransition.of(outcome)
