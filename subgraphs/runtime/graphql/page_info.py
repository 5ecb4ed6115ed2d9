"""Connections as GraphQL types: `PageInfo`, and the arguments of a page."""

from typing import Any

from strawberry.federation import type as federated

from subgraphs.runtime.graphql.unset import value_or_none
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, read_bounds


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


def page_bounds(
    cursors: Cursors, scope: str, first: int | None, after: str | None, last: int | None, before: str | None
) -> PageBounds:
    """The bounds of a page from a field's arguments; one that was left out is as good as null. Raises BadPage."""
    return read_bounds(
        cursors,
        scope,
        first=value_or_none(first),
        after=value_or_none(after),
        last=value_or_none(last),
        before=value_or_none(before),
    )
