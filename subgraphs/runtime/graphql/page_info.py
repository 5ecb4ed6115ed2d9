"""`PageInfo`, as all connections share it."""

from typing import Any

from strawberry.federation import type as federated

from subgraphs.runtime.pagination.cursors import Page


@federated(shareable=True, description="One page's bounds, as the Relay connection specification has it.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None

    @classmethod
    def of(cls, page: Page[Any]) -> "PageInfo":
        return cls(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )
