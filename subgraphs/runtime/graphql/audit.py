"""The audit trail as GraphQL types; a factory, since `actor` points to each subgraph's own `User`."""

# No deferred annotations here: the classes' annotations name the factory's argument.
from datetime import datetime
from typing import Any, NamedTuple

import strawberry
from strawberry.federation import type as federated

from subgraphs.runtime.graphql.pages import PageInfo
from subgraphs.runtime.graphql.scalars import JSON


class AuditTypes(NamedTuple):
    """The three types of one subgraph."""

    entry: type[Any]
    edge: type[Any]
    connection: type[Any]


def audit_types(user: type[Any]) -> AuditTypes:
    """`AuditEntry`, `AuditEdge` and `AuditConnection`, with `user` as the type of the actor."""

    @federated(
        shareable=True,
        description=(
            "Who did what to what, when, and what it was before. Append-only; "
            "`hash` chains each entry to the one before it."
        ),
    )
    class AuditEntry:
        id: strawberry.ID
        at: datetime
        actor: user | None = strawberry.field(description="Null when the system itself acted.")  # type: ignore[valid-type]
        action: str
        reason: str | None
        before: JSON | None
        after: JSON | None
        hash: str

    @federated(shareable=True)
    class AuditEdge:
        cursor: str
        node: AuditEntry

    @federated(shareable=True)
    class AuditConnection:
        edges: list[AuditEdge]
        page_info: PageInfo

    return AuditTypes(AuditEntry, AuditEdge, AuditConnection)
