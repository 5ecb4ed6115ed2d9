"""The lists of requests: their filter, their sorts, their pages."""

from datetime import datetime
from enum import Enum
from typing import Any, Self

import strawberry

from subgraphs.rewards.model import request as model
from subgraphs.rewards.model.request_status import RequestStatus as RequestStatusModel
from subgraphs.rewards.store.request_lists import RequestQuery
from subgraphs.rewards.types.requests import RequestStatus, RewardRequest
from subgraphs.runtime.graphql.page_info import PageInfo
from subgraphs.runtime.pagination.cursors import Page


@strawberry.type
class RewardRequestEdge:
    """A request, and its place in the list."""

    cursor: str = strawberry.field(
        description="Opaque; to be sent as `after` or `before` of the same list, sort and filter."
    )
    node: RewardRequest = strawberry.field(description="The request.")


@strawberry.type
class RewardRequestConnection:
    """A page of requests."""

    edges: list[RewardRequestEdge] = strawberry.field(description="The requests of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and the cursors at both ends.")
    count: strawberry.Private[Any]

    @strawberry.field(
        description=(
            "How many requests the filter keeps, counted only when asked for: 10,000 means at least that "
            "many, null that counting took too long."
        )
    )
    async def total_count(self) -> int | None:
        """Counts the rows of all pages, only when a client asks for it."""
        found: int | None = await self.count()
        return found

    @classmethod
    def of(cls, page: Page[model.RewardRequest], now: datetime, count: Any) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        edges = [
            RewardRequestEdge(cursor=cursor, node=RewardRequest.of(row, now))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return cls(edges=edges, page_info=PageInfo.of(page), count=count)


@strawberry.enum
class RewardRequestSort(Enum):
    """The orders of a list of requests."""

    CREATED_AT_DESC = strawberry.enum_value("CREATED_AT_DESC", description="The latest first.")
    CREATED_AT_ASC = strawberry.enum_value("CREATED_AT_ASC", description="The earliest first.")


@strawberry.input
class UserRewardRequestFilter:
    """Keeps the requests that match all fields that are given. A field that is null or left out keeps all."""

    event_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Requests on offers of this event."
    )
    offer_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Requests on this offer.")
    statuses: list[RequestStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="Requests in any of these statuses."
    )
    created_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Requests made at this instant or later."
    )
    created_before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Requests made before this instant."
    )

    def query(self) -> RequestQuery:
        """The filter as the store takes it."""
        statuses = self.statuses if isinstance(self.statuses, list) else None
        return RequestQuery(
            event_id=self.event_id or None,
            offer_id=self.offer_id or None,
            statuses=None if statuses is None else tuple(RequestStatusModel(status.name) for status in statuses),
            created_from=self.created_from or None,
            created_before=self.created_before or None,
        )
