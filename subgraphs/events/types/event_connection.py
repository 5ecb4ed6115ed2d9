"""A page of events."""

from datetime import datetime
from typing import Any, Self

import strawberry

from subgraphs.events.model import event as model
from subgraphs.events.types.events import Event
from subgraphs.runtime.graphql.page_info import PageInfo
from subgraphs.runtime.pagination.cursors import Page


@strawberry.type
class EventEdge:
    """An event, and its place in the list."""

    cursor: str = strawberry.field(
        description="Opaque; to be sent as `after` or `before` of the same list, sort and filter."
    )
    node: Event = strawberry.field(description="The event.")


@strawberry.type
class EventConnection:
    """A page of events."""

    edges: list[EventEdge] = strawberry.field(description="The events of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and the cursors at both ends.")
    page: strawberry.Private[Page[model.Event]]
    as_of: strawberry.Private[datetime]
    count: strawberry.Private[Any]

    @strawberry.field(
        description=(
            "How many events the filter keeps, counted only when asked for: 10,000 means at least that "
            "many, null that counting took too long."
        )
    )
    async def total_count(self) -> int | None:
        """Counts the rows of all pages, only when a client asks for it."""
        found: int | None = await self.count()
        return found

    @classmethod
    def of(cls, page: Page[model.Event], now: datetime, count: Any) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        edges = [
            EventEdge(cursor=cursor, node=Event.of(row, now))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return cls(edges=edges, page_info=PageInfo.of(page), page=page, as_of=now, count=count)
