"""How often one viewer may run one operation, and all operations together.

Each process keeps the rate by itself, and tells Redis of many calls at once, so an ordinary call costs no round trip. All
processes together let through at most what each has not told yet more than the rate.
"""

import re
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    get_operation_ast,
    is_union_type,
)
from strawberry.extensions import SchemaExtension

from subgraphs.runtime.clock import Clock
from subgraphs.runtime.error_codes import RATE_LIMITED
from subgraphs.runtime.graphql.context import OperationLimit, RequestContext
from subgraphs.runtime.graphql.scalars import format_instant
from subgraphs.runtime.rate_limits import Rate, RateLimiter, instant_after

# The share of a rate's calls that is told at once.
TOLD_SHARE: Final = 30
# How many counts a process holds; the oldest are forgotten first.
MAX_COUNTS: Final = 10_000
MAX_NAME_LENGTH: Final = 128
# The router names what it asks of a subgraph after the client's operation: `Name__users__0`.
_ROUTERS: Final = re.compile(r"__[a-z]+__\d+$")


@dataclass(slots=True)
class _Count:
    """`due` is the rate's own instant, as `Rate.following` has it; `shut_until`, what Redis said."""

    rate: Rate
    due: float = 0
    untold: int = 0
    shut_until: float = 0

    def open_at(self, now: float) -> float:
        return max(self.shut_until, self.rate.following(self.due, now, 1)[1])

    def add(self, now: float) -> None:
        self.due = self.rate.following(self.due, now, 1)[0]
        self.untold += 1

    @property
    def is_to_be_told(self) -> bool:
        return self.untold >= max(1, self.rate.calls // TOLD_SHARE)


class OperationLimits:
    """The limits of one process. `operation` is by viewer and operation, `viewer` by viewer alone."""

    def __init__(self, limits: RateLimiter, clock: Clock, *, operation: Rate, viewer: Rate) -> None:
        self._limits = limits
        self._clock = clock
        self._operation = operation
        self._viewer = viewer
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()

    def of(self, subject: str) -> OperationLimit:
        """The limit of one viewer: an id, or the address of who is nobody."""

        async def take(operation: str) -> datetime | None:
            return await self._take(subject, operation)

        return take

    async def _take(self, subject: str, operation: str) -> datetime | None:
        now = self._clock.now().timestamp() * 1000
        by_name = self._count(subject, operation, self._operation)
        by_viewer = self._count(subject, "", self._viewer)
        open_at = max(by_name.open_at(now), by_viewer.open_at(now))
        if open_at > now:
            return instant_after(open_at)
        by_name.add(now)
        by_viewer.add(now)
        # One round trip a call at most: what is due besides is told by the next.
        if by_name.is_to_be_told:
            return await self._tell(by_name, "operation", f"{subject} {operation}")
        if by_viewer.is_to_be_told:
            return await self._tell(by_viewer, "viewer", subject)
        return None

    async def _tell(self, count: _Count, name: str, subject: str) -> datetime | None:
        told, count.untold = count.untold, 0
        limited = await self._limits.take(name, count.rate, subject, calls=told)
        if limited is None:
            return None
        # This call was none; those before it are told with the next, but never more than Redis could let through.
        count.untold = min(count.untold + told - 1, count.rate.calls - 1)
        count.shut_until = limited.retry_at.timestamp() * 1000
        return limited.retry_at

    def _count(self, subject: str, operation: str, rate: Rate) -> _Count:
        found = self._counts.get((subject, operation))
        if found is None:
            found = self._counts[subject, operation] = _Count(rate)
            if len(self._counts) > MAX_COUNTS:
                self._counts.popitem(last=False)
        else:
            self._counts.move_to_end((subject, operation))
        return found


class LimitOperations(SchemaExtension):
    """Refuses an operation that is one too many, with RATE_LIMITED and `retryAt` for each field it asks for.

    A mutation that has RateLimited in its union counts for itself.
    """

    async def on_execute(self) -> AsyncIterator[None]:
        """Counts the operation before it is executed, and refuses one too many."""
        executed = self.execution_context
        context = executed.context
        take = context.operation_limit if isinstance(context, RequestContext) else None
        document = executed.graphql_document
        operation = None if document is None else get_operation_ast(document, executed.operation_name)
        if take is not None and operation is not None and not _counts_itself(executed.schema._schema, operation):
            name = "" if operation.name is None else _ROUTERS.sub("", operation.name.value)[:MAX_NAME_LENGTH]
            retry_at = await take(name or "-")
            if retry_at is not None:
                executed.result = ExecutionResult(data=None, errors=_refusals(operation, retry_at))
        yield


def _refusals(operation: OperationDefinitionNode, retry_at: datetime) -> list[GraphQLError]:
    # What stands in a fragment has no path here.
    return [
        GraphQLError(
            "too many calls; wait until retryAt",
            nodes=[asked],
            path=[(asked.alias or asked.name).value] if isinstance(asked, FieldNode) else None,
            extensions={"code": RATE_LIMITED, "retryAt": format_instant(retry_at)},
        )
        for asked in operation.selection_set.selections
    ]


def _counts_itself(schema: GraphQLSchema, operation: OperationDefinitionNode) -> bool:
    counting = _counting_mutations(schema)
    return operation.operation.value == "mutation" and all(
        isinstance(asked, FieldNode) and asked.name.value in counting for asked in operation.selection_set.selections
    )


@cache
def _counting_mutations(schema: GraphQLSchema) -> frozenset[str]:
    mutation = schema.mutation_type
    return frozenset(
        name
        for name, field in ({} if mutation is None else mutation.fields).items()
        if is_union_type(union := get_named_type(field.type))
        and any(member.name == "RateLimited" for member in union.types)
    )
