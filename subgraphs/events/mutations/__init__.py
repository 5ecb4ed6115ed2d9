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


@strawberry.type
class Mutation:
    """All changes that can be made."""

    create_event = strawberry.mutation(resolver=create_event, permission_classes=[Operators])
    update_event = strawberry.mutation(resolver=update_event, permission_classes=[Operators])
    transition_event = strawberry.mutation(resolver=transition_event, permission_classes=[Operators])
    change_events = strawberry.mutation(resolver=change_events, permission_classes=[Operators])
    check_in = strawberry.mutation(resolver=check_in, permission_classes=[UserOnly])
    record_activities = strawberry.mutation(resolver=record_activities, permission_classes=[ServicesAndAdmins])
