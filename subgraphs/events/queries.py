"""The queries of events."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.loaders.events import EVENT
from subgraphs.events.model import rule as rule_model
from subgraphs.events.operations.simulate_event import SimulatedActivity, Simulation, simulate_event
from subgraphs.events.store.event_lists import SORTS, events_page
from subgraphs.events.types.condition_progress import ConditionProgress, to_conditions
from subgraphs.events.types.event_connection import EventConnection
from subgraphs.events.types.event_list import EVENTS_LIST, EventFilter, EventSort, connection, to_query
from subgraphs.events.types.events import AUDIT_TYPES, AuditConnection, Event, User
from subgraphs.events.types.rule_inputs import RuleInput, to_draft
from subgraphs.events.types.rules import ActivityType
from subgraphs.runtime import results
from subgraphs.runtime.audit import LATEST_FIRST, audit_page
from subgraphs.runtime.cache import Scope
from subgraphs.runtime.graphql.audit import AUDIT_PROJECTION
from subgraphs.runtime.graphql.cached import CacheHint
from subgraphs.runtime.graphql.connection_field import ConnectionField, PageRequest
from subgraphs.runtime.graphql.permissions import Auditors, Public, Staff
from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.graphql.unset import value_or_none


@strawberry.input
class SimulatedActivityInput:
    """An activity that nobody did."""

    type: ActivityType = strawberry.field(description="What kind of thing it would be.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=("Which one of its kind: at most 64 characters; null or left out when the kind says enough."),
    )
    occurred_at: datetime = strawberry.field(
        description="When it would have been done; what lies after `at` does not count."
    )
    amount: SafeInt | None = strawberry.field(
        default=strawberry.UNSET,
        description="A quantity that sums can be made of; null or left out when there is none.",
    )


@strawberry.input
class SimulateEventInput:
    """A rule to try. `eventId` or `rule` is given; with both, `rule` is tried in the event's window."""

    event_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The event whose window, and unless `rule` is given whose rule, is tried; null or left out "
            "means any time, in UTC."
        ),
    )
    rule: RuleInput | None = strawberry.field(
        default=strawberry.UNSET, description="The rule to try; null or left out means the event's own."
    )
    user_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The user whose activities and profile count; null or left out means nobody's.",
    )
    activities: list[SimulatedActivityInput] = strawberry.field(
        default_factory=list, description="At most 1,000 activities to pretend, besides the user's own."
    )
    at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="The instant as of which to judge; null or left out means now."
    )

    def simulation(self) -> Simulation:
        """What was asked for, unchecked."""
        return Simulation(
            event_id=self.event_id or None,
            rule=to_draft(self.rule) if self.rule else None,
            user_id=self.user_id or None,
            activities=tuple(
                SimulatedActivity(
                    type=rule_model.ActivityType(activity.type.name),
                    name=value_or_none(activity.name),
                    occurred_at=activity.occurred_at,
                    amount=value_or_none(activity.amount),
                )
                for activity in self.activities
            ),
            at=value_or_none(self.at),
        )


@strawberry.type
class SimulationSuccess:
    """What the rule would say."""

    satisfied: bool = strawberry.field(description="Whether the whole rule would be satisfied.")
    conditions: list[ConditionProgress] = strawberry.field(
        description="Each condition of the rule, in the rule's order."
    )


SimulationResult = Annotated[
    SimulationSuccess | NotFound | ValidationFailed,
    strawberry.union("SimulationResult", description="What `simulateEvent` answers."),
]


# Federation makes a type of its own from this one, and keeps only what is declared here.
@strawberry.type(description="All questions that can be asked.")
class Query:
    """All questions that can be asked."""

    @strawberry.field(permission_classes=[Public], extensions=[CacheHint(EVENT, Scope.ROLE)])
    async def event(
        self, info: EventsInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The event's id.")]
    ) -> Event | None:
        """An event by id; null when there is none.

        Drafts and archived events show only to operators, auditors and admins.
        """
        return await Event.resolve_reference(info, id)

    @strawberry.field(permission_classes=[Public], extensions=[ConnectionField(), EVENTS_LIST])
    async def events(
        self,
        info: EventsInfo,
        page_request: PageRequest,
        filter: Annotated[
            EventFilter | None,
            strawberry.argument(
                description="Keeps the events that match all of its fields; null or left out keeps all."
            ),
        ] = strawberry.UNSET,
        sort: Annotated[
            EventSort, strawberry.argument(description="The order of the list.")
        ] = EventSort.STARTS_AT_DESC,
    ) -> EventConnection | None:
        """Events, by filter and sort. Drafts and archived events show only to operators, auditors and admins."""
        context = info.context
        query = to_query(filter or None, hidden=context.sees_hidden)
        order = SORTS[sort.name]
        bounds, scope = page_request.of(order, {"query": query})
        database = await context.read_your_writes.database()
        page = await events_page(database, query, order, bounds, context.cursors, scope, context.now)
        return connection(context, query, page, context.now)

    @strawberry.field(permission_classes=[Staff])
    async def simulate_event(
        self,
        info: EventsInfo,
        input: Annotated[
            SimulateEventInput, strawberry.argument(description="The rule, the user and the activities to try.")
        ],
    ) -> SimulationResult | None:
        """For operators, auditors and admins: would this rule be satisfied? Changes nothing."""
        context = info.context
        outcome = await simulate_event(
            context.dependencies, await context.read_your_writes.database(), input.simulation()
        )
        match outcome:
            case results.NotFound():
                return NotFound.of(outcome)
            case results.ValidationFailed():
                return ValidationFailed.of(outcome)
        return SimulationSuccess(satisfied=outcome.satisfied, conditions=to_conditions(outcome))

    @strawberry.field(permission_classes=[Auditors], extensions=[ConnectionField()])
    async def event_audit(
        self,
        info: EventsInfo,
        page_request: PageRequest,
        event_id: Annotated[strawberry.ID, strawberry.argument(description="The event whose trail is asked for.")],
    ) -> AuditConnection | None:  # type: ignore[valid-type]
        """For auditors and admins: the audit trail of an event, the latest entry first."""
        context = info.context
        bounds, scope = page_request.of(LATEST_FIRST, {"of": event_id})
        database = await context.read_your_writes.database()
        fields = AUDIT_PROJECTION.of_nodes(info)
        page = await audit_page(database, event_id, bounds, context.cursors, scope, fields)
        return AUDIT_TYPES.page(page, lambda actor_id: User(id=strawberry.ID(actor_id)))
