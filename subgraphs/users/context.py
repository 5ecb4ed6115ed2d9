"""What one request to users carries."""

from dataclasses import dataclass

from strawberry.types import Info

from subgraphs.runtime.app_factory import Caller, Parts
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.users.loaders import NotificationsByUser, UnreadByUser, UsersById
from subgraphs.users.operations.sessions import Tools


@dataclass
class UsersContext(RequestContext):
    """Loaders and use cases of one request."""

    users_by_id: UsersById
    notifications_by_user: NotificationsByUser
    unread_by_user: UnreadByUser
    tools: Tools
    address: str | None


UsersInfo = Info[UsersContext, None]


def make_context(parts: Parts, tools: Tools, caller: Caller) -> UsersContext:
    """The context of one request by `caller`."""
    return _context(parts, tools, caller, is_fill=False)


def _context(parts: Parts, tools: Tools, caller: Caller, *, is_fill: bool) -> UsersContext:
    recency = parts.recency(caller.identity, always_primary=is_fill)
    cached = parts.cached(caller.identity, is_fill=is_fill)
    return UsersContext(
        identity=caller.identity,
        clock=parts.clock,
        cursors=parts.cursors,
        recency=recency,
        users_by_id=UsersById(recency, cached),
        notifications_by_user=NotificationsByUser(recency, parts.cursors),
        unread_by_user=UnreadByUser(recency),
        tools=tools,
        address=caller.address,
        cached=cached,
        observer=parts.loaders,
        remade=lambda identity: _context(parts, tools, Caller(identity, None), is_fill=True),
    )
