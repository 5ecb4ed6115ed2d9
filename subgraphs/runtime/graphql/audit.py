"""The audit trail as GraphQL types; a factory, since `actor` points to each subgraph's own `User`."""

# No deferred annotations here: the classes' annotations name the factory's argument.
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import strawberry
from strawberry.federation import type as federated

from subgraphs.runtime.graphql.page_info import PageInfo
from subgraphs.runtime.graphql.projections import Projection
from subgraphs.runtime.graphql.scalars import JSON
from subgraphs.runtime.pagination.cursors import Page

AUDIT_PROJECTION: Final = Projection(
    {
        "id": (),
        "at": ("at",),
        "actor": ("actorId",),
        "action": ("action",),
        "reason": ("reason",),
        "before": ("before",),
        "after": ("after",),
        "hash": ("hash",),
    }
)


class AuditTypes(NamedTuple):
    """The three types of one subgraph."""

    entry: type[Any]
    edge: type[Any]
    connection: type[Any]

    def page(self, page: Page[Mapping[str, Any]], actor_of: Callable[[str], Any]) -> Any:
        """A page of the trail as the connection; `actor_of` gives the subgraph's `User` of an id, or None."""
        edges = [
            self.edge(cursor=cursor, node=self._entry(row, actor_of))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return self.connection(edges=edges, page_info=PageInfo.of(page))

    def _entry(self, row: Mapping[str, Any], actor_of: Callable[[str], Any]) -> Any:
        # What was not asked for was not read.
        actor_id = row.get("actorId")
        return self.entry(
            id=strawberry.ID(row["_id"]),
            actor=None if actor_id is None else actor_of(actor_id),
            **{name: row.get(name) for name in ("at", "action", "reason", "before", "after", "hash")},
        )


def audit_types(user: type[Any]) -> AuditTypes:
    """`AuditEntry`, `AuditEdge` and `AuditConnection`, with `user` as the type of the actor."""

    @federated(shareable=True)
    class AuditEntry:
        """Who did what to what, when, and what it was before.

        Append-only; `hash` chains each entry to the one before it.
        """

        id: strawberry.ID = strawberry.field(description="The subject's id and the entry's number in its trail.")
        at: datetime = strawberry.field(description="When it happened.")
        actor: user | None = strawberry.field(description="Null when the system itself acted.")  # type: ignore[valid-type]
        action: str = strawberry.field(description="What was done, as in event.updated or request.approved.")
        reason: str | None = strawberry.field(
            description="The reason that the actor gave; null when none was asked for or given."
        )
        before: JSON | None = strawberry.field(
            description="The values that changed, as they were; null when the entry tells of no change of values."
        )
        after: JSON | None = strawberry.field(
            description=("The values that changed, as they became; null when the entry tells of no change of values.")
        )
        hash: str = strawberry.field(
            description="SHA-256, in hexadecimal, over the hash of the entry before and this entry."
        )

    @federated(shareable=True)
    class AuditEdge:
        """An entry of an audit trail, and its place in the list."""

        cursor: str = strawberry.field(description="Opaque; to be sent as `after` or `before` of the same list.")
        node: AuditEntry = strawberry.field(description="The entry.")

    @federated(shareable=True)
    class AuditConnection:
        """A page of an audit trail, the latest entry first."""

        edges: list[AuditEdge] = strawberry.field(description="The entries of this page.")
        page_info: PageInfo = strawberry.field(
            description="Whether there are more entries, and the cursors at both ends."
        )

    return AuditTypes(AuditEntry, AuditEdge, AuditConnection)
