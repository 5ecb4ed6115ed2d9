"""What one request to users carries."""

from dataclasses import dataclass

from strawberry.types import Info

from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.identity import Identity
from subgraphs.runtime.parts import Parts
from subgraphs.users.loaders import UsersById
from subgraphs.users.operations.sessions import Tools


@dataclass
class UsersContext(RequestContext):
    """Loaders and use cases of one request."""

    users_by_id: UsersById
    tools: Tools


UsersInfo = Info[UsersContext, None]


def make_context(parts: Parts, tools: Tools, identity: Identity) -> UsersContext:
    """The context of one request by `identity`."""
    recency = parts.recency(identity)
    return UsersContext(
        identity=identity,
        clock=parts.clock,
        cursors=parts.cursors,
        recency=recency,
        users_by_id=UsersById(recency),
        tools=tools,
    )
