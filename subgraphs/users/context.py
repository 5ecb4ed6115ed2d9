"""What one request to users carries."""

from dataclasses import dataclass

from strawberry.types import Info

from subgraphs.runtime.app_factory import AppResources, Caller
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.users.loaders.notifications import NotificationsByUser, UnreadByUser
from subgraphs.users.loaders.users import UsersById
from subgraphs.users.operations.dependencies import Dependencies


@dataclass
class UsersContext(RequestContext):
    """Loaders and use cases of one request."""

    users_by_id: UsersById
    notifications_by_user: NotificationsByUser
    unread_by_user: UnreadByUser
    dependencies: Dependencies
    address: str | None


UsersInfo = Info[UsersContext, None]


def make_context(resources: AppResources, dependencies: Dependencies, caller: Caller) -> UsersContext:
    """The context of one request by `caller`."""
    return _context(resources, dependencies, caller, is_fill=False)


def _context(resources: AppResources, dependencies: Dependencies, caller: Caller, *, is_fill: bool) -> UsersContext:
    read_your_writes = resources.read_your_writes(caller.identity, always_primary=is_fill)
    cached = resources.cached(caller.identity, is_fill=is_fill)
    return UsersContext(
        identity=caller.identity,
        clock=resources.clock,
        cursors=resources.cursors,
        read_your_writes=read_your_writes,
        users_by_id=UsersById(read_your_writes, cached),
        notifications_by_user=NotificationsByUser(read_your_writes, resources.cursors),
        unread_by_user=UnreadByUser(read_your_writes),
        dependencies=dependencies,
        address=caller.address,
        cached=cached,
        observer=resources.loaders,
        remade=lambda identity: _context(resources, dependencies, Caller(identity, None), is_fill=True),
    )
