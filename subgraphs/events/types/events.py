"""Events, their progress, and what users look like from here."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self

import strawberry
from strawberry.federation import field as federated_field
from strawberry.federation import type as federated

from subgraphs.events.context import EventsContext, EventsInfo
from subgraphs.events.loaders.events import EVENT
from subgraphs.events.model import event as model
from subgraphs.events.model.rule import NOBODY, Person, asks_profile, judge
from subgraphs.events.store.activities import LATEST_FIRST, ActivityQuery
from subgraphs.events.types.activities import ACTIVITY_PROJECTION, ActivityConnection, ActivityFilter
from subgraphs.events.types.condition_progress import ConditionProgress, to_conditions
from subgraphs.events.types.event_status import EventStatus
from subgraphs.events.types.rules import Rule, RuleNode, to_nodes, to_rule
from subgraphs.runtime.auth.identity import Identity
from subgraphs.runtime.cache import Scope
from subgraphs.runtime.clients.subgraph import SubgraphUnavailable
from subgraphs.runtime.graphql.audit import audit_types
from subgraphs.runtime.graphql.cached import CacheHint
from subgraphs.runtime.graphql.connection_field import ConnectionField, PageRequest
from subgraphs.runtime.graphql.errors import BadUserInput
from subgraphs.runtime.graphql.permissions import Reachable, Services, Visible, open_field, staff_only

MAX_ELIGIBILITY_USERS = 500


MAX_PROGRESS_EVENTS = 100


def to_self_and_staff(viewer: Identity, user: Any) -> bool:
    """Returns whether the viewer is the user or staff."""
    return viewer.is_user(user.id) or viewer.is_staff


SELF_AND_STAFF = "self, operator, auditor, admin"


@strawberry.type
class EventProgress:
    """How far a user is with an event's rule."""

    event: Annotated["Event", strawberry.lazy("subgraphs.events.types.events")] = strawberry.field(
        description="The event."
    )
    user: Annotated["User", strawberry.lazy("subgraphs.events.types.events")] | None = strawberry.field(
        description="Whose progress it is; null when that could not be told."
    )
    satisfied: bool = strawberry.field(description="Whether the whole rule is satisfied.")
    conditions: list[ConditionProgress] = strawberry.field(
        description="Each condition of the rule, in the rule's order."
    )
    rule_version: int = strawberry.field(description="The event's `ruleVersion` that the progress is told against.")
    as_of: datetime = strawberry.field(description="The instant as of which it is told.")


async def progress(context: EventsContext, event: model.Event, user_id: str) -> EventProgress:
    """How far the user is with the event now.

    All that are asked for in a turn cost one aggregation, and one look-up of profiles if any rule asks for them.
    Raises SubgraphUnavailable when the user's profile could not be told.
    """
    now = context.now
    tallies, person = await asyncio.gather(context.tallies.load((event, user_id)), _person(context, event, user_id))
    verdict = judge(event.rule, tallies, person)
    return EventProgress(
        event=Event.of(event, now),
        user=User(id=strawberry.ID(user_id)),
        satisfied=verdict.satisfied,
        conditions=to_conditions(verdict),
        rule_version=event.rule_version,
        as_of=now,
    )


async def _person(context: EventsContext, event: model.Event, user_id: str) -> Person:
    if not asks_profile(event.rule):
        return NOBODY
    return Person(await context.profiles_by_user.load(user_id), event.window.judged_at(context.now))


async def _progress_or_none(context: EventsContext, event: model.Event, user_id: str) -> EventProgress | None:
    try:
        return await progress(context, event, user_id)
    except SubgraphUnavailable:
        return None


@federated(keys=["id"])
class Event:
    """A campaign: a window in time and a rule over what users did.

    `status` follows the clock: a published event is SCHEDULED, ACTIVE or ENDED by its window [startsAt, endsAt) at the
    moment of asking, whatever was stored last.
    """

    reference: ClassVar[CacheHint] = CacheHint(EVENT, Scope.ROLE)

    event: strawberry.Private[model.Event]
    id: strawberry.ID = open_field("Opaque; unique among events.")
    name: str = open_field("1 to 120 characters, for people.")
    description: str = open_field("At most 5,000 characters, for people.")
    starts_at: datetime = open_field("When the window opens.")
    ends_at: datetime | None = open_field("When the window closes; null when it is open-ended.")
    timezone: str = open_field("IANA name, as in Asia/Seoul; days and streaks of the rule are counted in it.")
    status: EventStatus = open_field("Where the event stands at the moment of asking.")
    tags: list[str] = open_field("Words to filter by, in lower case.")
    image_url: str | None = open_field("An https URL; null when there is no image.")
    rule_version: int = open_field("Raised whenever `rule` changes; progress is told against it.")
    version: int = open_field("Raised by every change of the event, to be sent as `expectedVersion`.")
    created_at: datetime = open_field("When the draft was created.")

    @strawberry.field(extensions=[Reachable()])
    def rule(self) -> Rule:
        """What users must satisfy to claim, as a tree."""
        return to_rule(self.event.rule)

    @strawberry.field(extensions=[Reachable()])
    def rule_nodes(self) -> list[RuleNode]:
        """The tree of `rule` as a flat list from the root down, each node with its parent."""
        return to_nodes(self.event.rule)

    @strawberry.field(extensions=[staff_only()])
    def created_by(self) -> Annotated["User", strawberry.lazy("subgraphs.events.types.events")] | None:
        """Who created it, for operators, auditors and admins; null to others."""
        return User(id=strawberry.ID(self.event.created_by))

    @strawberry.field(extensions=[Visible("user", lambda viewer, _: viewer.user_id is not None)])
    async def my_progress(self, info: EventsInfo) -> EventProgress | None:
        """How far the signed-in user is; null when nobody is signed in."""
        user_id = info.context.identity.user_id
        return None if user_id is None else await progress(info.context, self.event, user_id)

    @federated_field(
        description=(
            "For services only: whether the rule is satisfied for these users right now, in their order; null where it "
            "could not be told. Read from the primary, never from a cache."
        ),
        permission_classes=[Services],
        inaccessible=True,
    )
    async def eligibility(
        self,
        info: EventsInfo,
        user_ids: Annotated[list[strawberry.ID], strawberry.argument(description="1 to 500 users.")],
    ) -> list[EventProgress | None] | None:
        """Judges the rule for many users at once, from the primary; services decide claims by it."""
        if not 1 <= len(user_ids) <= MAX_ELIGIBILITY_USERS:
            raise BadUserInput(f"1 to {MAX_ELIGIBILITY_USERS} users are asked for", "userIds")
        # A service's loaders read from the primary.
        return list(
            await asyncio.gather(*(_progress_or_none(info.context, self.event, user_id) for user_id in user_ids))
        )

    @classmethod
    def of(cls, event: model.Event, now: datetime) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        return cls(
            event=event,
            id=strawberry.ID(event.id),
            name=event.name,
            description=event.description,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            timezone=event.timezone,
            status=EventStatus(event.status_at(now).value),
            tags=list(event.tags),
            image_url=event.image_url,
            rule_version=event.rule_version,
            version=event.version,
            created_at=event.created_at,
        )

    @classmethod
    async def resolve_reference(cls, info: EventsInfo, id: strawberry.ID) -> Self | None:
        """Resolves a federated reference by its id."""
        event = await info.context.event(id)
        return None if event is None else cls.of(event, info.context.now)


@federated(keys=["id"])
class User:
    """A person with an account."""

    id: strawberry.ID = open_field("Opaque; unique among users.")

    @strawberry.field(
        description=(
            "What the user did, the latest first, for the user themself and for operators, auditors and "
            "admins; null to others."
        ),
        extensions=[ConnectionField(), Visible(SELF_AND_STAFF, to_self_and_staff)],
    )
    async def activities(
        self,
        info: EventsInfo,
        page_request: PageRequest,
        filter: Annotated[
            ActivityFilter | None,
            strawberry.argument(
                description="Keeps the activities that match all of its fields; null or left out keeps all."
            ),
        ] = strawberry.UNSET,
    ) -> ActivityConnection | None:
        """Reads one page of the user's log of activities through the loader."""
        query = filter.query() if filter else ActivityQuery()
        bounds, scope = page_request.of(LATEST_FIRST, {"query": query})
        fields = ACTIVITY_PROJECTION.of_nodes(info)
        page = await info.context.activities_by_user.page(self.id, (query, bounds, scope, fields))
        return ActivityConnection.of(page)

    @strawberry.field(
        description=(
            "How far the user is with these events, in their order, for the user themself and for "
            "operators, auditors and admins; null to others. A private overlay on a public list."
        ),
        extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)],
    )
    async def event_progress(
        self,
        info: EventsInfo,
        event_ids: Annotated[list[strawberry.ID], strawberry.argument(description="1 to 100 events.")],
    ) -> list[EventProgress | None] | None:
        """Judges many events for one user in one aggregation."""
        if not 1 <= len(event_ids) <= MAX_PROGRESS_EVENTS:
            raise BadUserInput(f"1 to {MAX_PROGRESS_EVENTS} events are asked for", "eventIds")
        await info.context.events_by_id.load_all(event_ids)
        events = [await info.context.event(event_id) for event_id in event_ids]

        async def told(event: model.Event | None) -> EventProgress | None:
            return None if event is None else await progress(info.context, event, self.id)

        return list(await asyncio.gather(*(told(event) for event in events)))

    @classmethod
    def resolve_reference(cls, info: EventsInfo, id: strawberry.ID) -> Self:
        # What a user did here needs no account to exist here; users says whether there is one.
        """Resolves a federated reference by its id."""
        return cls(id=id)


AUDIT_TYPES = audit_types(User)


AuditEntry, AuditEdge, AuditConnection = AUDIT_TYPES
