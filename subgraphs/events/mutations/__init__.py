"""The mutations of events, one file each, and the type that lists them."""

import strawberry

from subgraphs.events.mutations.change_events import change_events
from subgraphs.events.mutations.check_in import check_in
from subgraphs.events.mutations.create_event import create_event
from subgraphs.events.mutations.record_activities import record_activities
from subgraphs.events.mutations.transition_event import transition_event
from subgraphs.events.mutations.update_event import update_event
from subgraphs.runtime.graphql.permissions import Operators, ServicesAndAdmins, UserOnly

OPERATORS = "Operators and admins only."


@strawberry.type(description="All changes that can be made.")
class Mutation:
    create_event = strawberry.mutation(
        resolver=create_event,
        description="For operators and admins: creates an event as a draft, once for a key.",
        permission_classes=[Operators],
    )
    update_event = strawberry.mutation(
        resolver=update_event,
        description="For operators and admins: changes what the event's status allows to change.",
        permission_classes=[Operators],
    )
    transition_event = strawberry.mutation(
        resolver=transition_event,
        description="For operators and admins: moves an event to another status.",
        permission_classes=[Operators],
    )
    change_events = strawberry.mutation(
        resolver=change_events,
        description=(
            "For operators and admins: creates, changes and moves many events in one transaction, once for a key."
        ),
        permission_classes=[Operators],
    )
    check_in = strawberry.mutation(
        resolver=check_in,
        description=(
            "The signed-in user is here today: one ATTENDANCE activity a day in the user's own time "
            "zone; a change of zone gives no second one within 20 hours."
        ),
        permission_classes=[UserOnly],
    )
    record_activities = strawberry.mutation(
        resolver=record_activities,
        description=(
            "For trusted services and admins: records what users did, in bulk. Sending rows again changes nothing."
        ),
        permission_classes=[ServicesAndAdmins],
    )
