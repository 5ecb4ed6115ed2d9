"""The list of users: its filter, its sorts, its pages."""

from datetime import datetime
from enum import Enum
from typing import Any, Self

import strawberry

from subgraphs.runtime.graphql.page_info import PageInfo
from subgraphs.runtime.graphql.unset import value_or_none
from subgraphs.runtime.pagination.cursors import Page
from subgraphs.users.model import user as model
from subgraphs.users.store.users import UserQuery
from subgraphs.users.types.users import Role, User, UserStatus

MAX_TEXT = 254


@strawberry.type
class UserEdge:
    """A user, and their place in the list."""

    cursor: str = strawberry.field(
        description="Opaque; to be sent as `after` or `before` of the same list, sort and filter."
    )
    node: User = strawberry.field(description="The user.")


@strawberry.type
class UserConnection:
    """A page of users."""

    edges: list[UserEdge] = strawberry.field(description="The users of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and the cursors at both ends.")
    count: strawberry.Private[Any]

    @strawberry.field(
        description=(
            "How many users the filter keeps, counted only when asked for: 10,000 means at least that "
            "many, null that counting took too long."
        )
    )
    async def total_count(self) -> int | None:
        """Counts the rows of all pages, only when a client asks for it."""
        found: int | None = await self.count()
        return found

    @classmethod
    def of(cls, page: Page[model.User], count: Any) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        edges = [
            UserEdge(cursor=cursor, node=User.of(row)) for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return cls(edges=edges, page_info=PageInfo.of(page), count=count)


@strawberry.enum
class UserSort(Enum):
    """The orders of a list of users."""

    CREATED_AT_DESC = strawberry.enum_value("CREATED_AT_DESC", description="The latest registered first.")
    CREATED_AT_ASC = strawberry.enum_value("CREATED_AT_ASC", description="The earliest registered first.")
    DISPLAY_NAME_ASC = strawberry.enum_value(
        "DISPLAY_NAME_ASC", description="By display name, whatever its case; erased users come first."
    )


@strawberry.input
class UserFilter:
    """Keeps the users that match all fields that are given. A field that is null or left out keeps all."""

    text: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "An e-mail address finds its owner; any other text finds display names that begin with it, "
            "whatever the case. At most 254 characters count."
        ),
    )
    roles: list[Role] | None = strawberry.field(default=strawberry.UNSET, description="Users with any of these roles.")
    statuses: list[UserStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="Users with any of these statuses."
    )
    regions: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Users of any of these regions, ISO 3166-1 alpha-2."
    )
    created_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Users registered at this instant or later."
    )
    created_before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Users registered before this instant."
    )

    def query(self) -> UserQuery:
        """The filter as the store takes it."""
        text, roles, statuses, regions = (
            value_or_none(self.text),
            value_or_none(self.roles),
            value_or_none(self.statuses),
            value_or_none(self.regions),
        )
        return UserQuery(
            text=text.strip()[:MAX_TEXT] if text and text.strip() else None,
            roles=None if roles is None else tuple(model.Role(role.name) for role in roles),
            statuses=None if statuses is None else tuple(model.UserStatus(status.name) for status in statuses),
            regions=None if regions is None else tuple(region.upper() for region in regions),
            created_from=value_or_none(self.created_from),
            created_before=value_or_none(self.created_before),
        )
