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


@strawberry.type(
    description=(
        "Something the user did, told by a trusted source. (`source`, `externalId`) is unique for a user: "
        "telling it twice changes nothing."
    )
)
class Activity:
    id: strawberry.ID
    type: ActivityType
    name: str | None
    occurred_at: datetime
    received_at: datetime
    source: str
    external_id: str
    amount: SafeInt | None
    attributes: JSON | None

    @classmethod
    def of(cls, activity: model.Activity) -> Self:
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
    types: list[ActivityType] | None = strawberry.UNSET
    occurred_from: datetime | None = strawberry.UNSET
    occurred_before: datetime | None = strawberry.UNSET

    def query(self) -> ActivityQuery:
        """The filter as the store takes it."""
        types = (
            None if not isinstance(self.types, list) else tuple(rule_model.ActivityType(t.value) for t in self.types)
        )
        return ActivityQuery(types, self.occurred_from or None, self.occurred_before or None)


@strawberry.type
class ActivityEdge:
    cursor: str
    node: Activity


@strawberry.type
class ActivityConnection:
    edges: list[ActivityEdge]
    page_info: PageInfo

    @classmethod
    def of(cls, page: Page[model.Activity]) -> Self:
        edges = [
            ActivityEdge(cursor=cursor, node=Activity.of(row))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return cls(edges=edges, page_info=PageInfo.of(page))


@strawberry.input
class ActivityInput:
    user_id: strawberry.ID
    type: ActivityType
    name: str | None = strawberry.UNSET
    occurred_at: datetime
    source: str
    external_id: str
    amount: SafeInt | None = strawberry.UNSET
    attributes: JSON | None = strawberry.UNSET

    def activity(self, now: datetime) -> model.Activity:
        """The activity as told at `now`, unchecked."""

        return model.Activity(
            user_id=self.user_id,
            type=rule_model.ActivityType(self.type.value),
            name=value_or_none(self.name),
            occurred_at=self.occurred_at,
            received_at=now,
            source=self.source,
            external_id=self.external_id,
            amount=value_or_none(self.amount),
            attributes=value_or_none(self.attributes),
        )
