"""What the mutations that change an event share."""

import strawberry

from subgraphs.events.model.event import Event as EventModel
from subgraphs.events.operations import transition_event as transitions
from subgraphs.events.store.events import event_tags
from subgraphs.events.types.event_status import EventStatus
from subgraphs.events.types.events import Event
from subgraphs.events.types.transitions import EventTransition
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.graphql.refusals import Error


@strawberry.type
class EventSuccess:
    """The change was made."""

    event: Event = strawberry.field(description="The event as it now is.")


@strawberry.type
class IllegalTransition(Error):
    """The event's status does not allow this."""

    status: EventStatus = strawberry.field(description="The status that the event has.")
    allowed: list[EventTransition] = strawberry.field(description="The transitions that it allows.")

    @classmethod
    def of(cls, refusal: transitions.IllegalTransition) -> "IllegalTransition":
        """Returns the GraphQL object for what the use case or the store gave."""
        kept = f"keeps its {', '.join(refusal.locked)}" if refusal.locked else "does not allow this"
        return cls(
            code="ILLEGAL_TRANSITION",
            message=f"an event that is {refusal.status.value} {kept}",
            status=EventStatus(refusal.status.value),
            allowed=[EventTransition(transition.value) for transition in refusal.allowed],
        )


async def event_success(context: RequestContext, event: EventModel) -> EventSuccess:
    """The changed event; its writer reads it from the primary from here on."""
    await context.wrote(*event_tags(event.id))
    return EventSuccess(event=Event.of(event, context.now))
