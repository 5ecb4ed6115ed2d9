"""The queries of events."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.loaders.events import EVENT
from subgraphs.events.model import rule as rule_model
from subgraphs.events.operations.simulate_event import SimulatedActivity, Simulation, simulate_event
from subgraphs.events.store.event_lists import SORTS, events_page
from subgraphs.events.types.event_list import EVENTS_LIST, EventFilter, EventSort, connection, to_query
from subgraphs.events.types.events import (
    AUDIT_TYPES,
    AuditConnection,
    ConditionProgress,
    Event,
    EventConnection,
    User,
    to_conditions,
)
from subgraphs.events.types.rules import ActivityType, RuleInput, to_draft
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
    type: ActivityType
    name: str | None = strawberry.UNSET
    occurred_at: datetime
    amount: SafeInt | None = strawberry.UNSET


@strawberry.input(description="Whose activities to judge: a real user's, and on top of them, or alone, made-up ones.")
class SimulateEventInput:
    event_id: strawberry.ID | None = strawberry.UNSET
    rule: RuleInput | None = strawberry.UNSET
    user_id: strawberry.ID | None = strawberry.UNSET
    activities: list[SimulatedActivityInput] = strawberry.field(default_factory=list)
    at: datetime | None = strawberry.UNSET

    def simulation(self) -> Simulation:
        """What was asked for, unchecked."""
        return Simulation(
            event_id=self.event_id or None,
            rule=to_draft(self.rule) if self.rule else None,
            user_id=self.user_id or None,
            activities=tuple(
                SimulatedActivity(
                    type=rule_model.ActivityType(activity.type.value),
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
    satisfied: bool
    conditions: list[ConditionProgress]


SimulationResult = Annotated[SimulationSuccess | NotFound | ValidationFailed, strawberry.union("SimulationResult")]


@strawberry.type
class Query:
    @strawberry.field(
        description="Drafts and archived events show only to operators, auditors and admins.",
        permission_classes=[Public],
        extensions=[CacheHint(EVENT, Scope.ROLE)],
    )
    async def event(self, info: EventsInfo, id: strawberry.ID) -> Event | None:
        return await Event.resolve_reference(info, id)

    @strawberry.field(permission_classes=[Public], extensions=[ConnectionField(), EVENTS_LIST])
    async def events(
        self,
        info: EventsInfo,
        page_request: PageRequest,
        filter: EventFilter | None = strawberry.UNSET,
        sort: EventSort = EventSort.STARTS_AT_DESC,
    ) -> EventConnection | None:
        context = info.context
        query = to_query(filter or None, hidden=context.sees_hidden)
        order = SORTS[sort.value]
        bounds, scope = page_request.of(order, {"query": query})
        database = await context.read_your_writes.database()
        page = await events_page(database, query, order, bounds, context.cursors, scope, context.now)
        return connection(context, query, page, context.now)

    @strawberry.field(
        description="Operators, auditors and admins: would this rule be satisfied? Changes nothing.",
        permission_classes=[Staff],
    )
    async def simulate_event(self, info: EventsInfo, input: SimulateEventInput) -> SimulationResult | None:
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

    @strawberry.field(
        description="Auditors and admins only.", permission_classes=[Auditors], extensions=[ConnectionField()]
    )
    async def event_audit(
        self,
        info: EventsInfo,
        page_request: PageRequest,
        event_id: strawberry.ID,
    ) -> AuditConnection | None:  # type: ignore[valid-type]
        context = info.context
        bounds, scope = page_request.of(LATEST_FIRST, {"of": event_id})
        database = await context.read_your_writes.database()
        fields = AUDIT_PROJECTION.of_nodes(info)
        page = await audit_page(database, event_id, bounds, context.cursors, scope, fields)
        return AUDIT_TYPES.page(page, lambda actor_id: User(id=strawberry.ID(actor_id)))
