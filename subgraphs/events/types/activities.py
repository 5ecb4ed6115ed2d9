"""Activities in and out."""

from datetime import datetime
from typing import Final, Self

import strawberry

from subgraphs.events.model import activity as model
from subgraphs.events.model import rule as rule_model
from subgraphs.events.store.activities import ActivityQuery
from subgraphs.events.types.rules import ActivityType
from subgraphs.runtime.graphql.page_info import PageInfo
from subgraphs.runtime.graphql.projections import Projection
from subgraphs.runtime.graphql.scalars import JSON, SafeInt
from subgraphs.runtime.graphql.unset import value_or_none
from subgraphs.runtime.pagination.cursors import Page

ACTIVITY_PROJECTION: Final = Projection(
    {
        "id": ("source", "externalId"),
        "type": ("type",),
        "name": ("name",),
        "occurredAt": ("occurredAt",),
        "receivedAt": ("receivedAt",),
        "source": ("source",),
        "externalId": ("externalId",),
        "amount": ("amount",),
        "attributes": ("attributes",),
    }
)


@strawberry.type
class Activity:
    """Something the user did, told by a trusted source.

    `source` and `externalId` together are unique for a user: telling it twice changes nothing.
    """

    id: strawberry.ID = strawberry.field(description="Opaque; unique among activities.")
    type: ActivityType = strawberry.field(description="What kind of thing the user did.")
    name: str | None = strawberry.field(
        description="Which one of its kind, as in the quest's name; null when the kind says enough."
    )
    occurred_at: datetime = strawberry.field(description="When the user did it.")
    received_at: datetime = strawberry.field(description="When it was recorded.")
    source: str = strawberry.field(
        description="Who told it: the name of a service, or `users` for logins and `check-in` for check-ins."
    )
    external_id: str = strawberry.field(description="The source's own id of it.")
    amount: SafeInt | None = strawberry.field(
        description="A quantity that sums can be made of, as in a price; null when there is none."
    )
    attributes: JSON | None = strawberry.field(
        description="Further details as the source told them; null when there are none."
    )

    @classmethod
    def of(cls, activity: model.Activity) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        return cls(
            id=strawberry.ID(activity.id),
            type=ActivityType(activity.type.value),
            name=activity.name,
            occurred_at=activity.occurred_at,
            received_at=activity.received_at,
            source=activity.source,
            external_id=activity.external_id,
            amount=None if activity.amount is None else SafeInt(activity.amount),
            attributes=activity.attributes,
        )


@strawberry.input
class ActivityFilter:
    """Keeps the activities that match all fields that are given. A field that is null or left out keeps all."""

    types: list[ActivityType] | None = strawberry.field(
        default=strawberry.UNSET, description="Activities of any of these kinds."
    )
    occurred_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Activities at this instant or later."
    )
    occurred_before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Activities before this instant."
    )

    def query(self) -> ActivityQuery:
        """The filter as the store takes it."""
        types = None if not isinstance(self.types, list) else tuple(rule_model.ActivityType(t.name) for t in self.types)
        return ActivityQuery(types, self.occurred_from or None, self.occurred_before or None)


@strawberry.type
class ActivityEdge:
    """An activity, and its place in the list."""

    cursor: str = strawberry.field(description="Opaque; to be sent as `after` or `before` of the same list and filter.")
    node: Activity = strawberry.field(description="The activity.")


@strawberry.type
class ActivityConnection:
    """A page of a user's activities, the latest first."""

    edges: list[ActivityEdge] = strawberry.field(description="The activities of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and the cursors at both ends.")

    @classmethod
    def of(cls, page: Page[model.Activity]) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        edges = [
            ActivityEdge(cursor=cursor, node=Activity.of(row))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return cls(edges=edges, page_info=PageInfo.of(page))


@strawberry.input
class ActivityInput:
    """One thing that a user did."""

    user_id: strawberry.ID = strawberry.field(description="Who did it.")
    type: ActivityType = strawberry.field(description="What kind of thing it was.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Which one of its kind: 1 to 64 characters; null or left out when the kind says enough.",
    )
    occurred_at: datetime = strawberry.field(description="When: at most 5 minutes ahead and 400 days ago.")
    source: str = strawberry.field(
        description=("Who tells it: 1 to 128 printable characters; `users` and `check-in` are the platform's own.")
    )
    external_id: str = strawberry.field(
        description=(
            "The source's own id of it: 1 to 128 printable characters. The same one again is a duplicate "
            "and changes nothing."
        )
    )
    amount: SafeInt | None = strawberry.field(
        default=strawberry.UNSET,
        description="A quantity that sums can be made of; null or left out when there is none.",
    )
    attributes: JSON | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "Further details: at most 4,096 bytes of JSON and 5 levels; null or left out when there are none."
        ),
    )

    def activity(self, now: datetime) -> model.Activity:
        """The activity as told at `now`, unchecked."""
        return model.Activity(
            user_id=self.user_id,
            type=rule_model.ActivityType(self.type.name),
            name=value_or_none(self.name),
            occurred_at=self.occurred_at,
            received_at=now,
            source=self.source,
            external_id=self.external_id,
            amount=value_or_none(self.amount),
            attributes=value_or_none(self.attributes),
        )
