"""`PageInfo`, as all connections share it."""

from typing import Any

import strawberry
from strawberry.federation import type as federated

from subgraphs.runtime.pagination.cursors import Page


@federated(shareable=True)
class PageInfo:
    """Where a page stands in its list, as the Relay cursor connections specification has it."""

    has_next_page: bool = strawberry.field(description="Whether there are rows after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are rows before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first row; null when the page is empty.")
    end_cursor: str | None = strawberry.field(
        description=(
            "The cursor of the last row, to be sent as `after` for the next page; null when the page is empty."
        )
    )

    @classmethod
    def of(cls, page: Page[Any]) -> "PageInfo":
        """Returns what the API says of a page."""
        return cls(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )
