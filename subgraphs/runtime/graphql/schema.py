"""The federated schema: entities resolved in batches, parse and validation cached."""

import hashlib
import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Final

import strawberry
from graphql import GraphQLError, GraphQLObjectType
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, ParserCache, SchemaExtension, ValidationCache
from strawberry.federation import Schema
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult, Info

from subgraphs.runtime.graphql.cache_control import CacheControl
from subgraphs.runtime.graphql.complexity import MAX_TOKENS, WithinLimits, text_fault
from subgraphs.runtime.graphql.docstrings import describe_from_docstrings
from subgraphs.runtime.graphql.errors import BadUserInput
from subgraphs.runtime.graphql.operation_limits import LimitOperations
from subgraphs.runtime.graphql.operation_log import OperationLog
from subgraphs.runtime.graphql.scalars import SCALARS
from subgraphs.runtime.ids import is_plausible_id

FEDERATION: Final = "2.11"
# Distinct query texts kept parsed and validated; the router sends few.
MAX_CACHED_DOCUMENTS: Final = 1000


class FederatedSchema(Schema):
    """A subgraph's schema. An entity type has `resolve_reference(info, id)`, which goes through a loader."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        describe_from_docstrings(self._schema)

    @cached_property
    def version(self) -> str:
        """Tells this schema from every other: what one stored, another may not read."""
        return hashlib.sha256(self.as_str().encode()).hexdigest()[:12]

    def entities_resolver(  # the annotations become the field's arguments
        self, info: Info, representations: list[FederationAny]
    ) -> list[FederationAny]:
        """One awaitable or error for each representation: all run at once, so each type's loader sees them as one batch.

        A representation that is malformed or of an unknown type spoils only its own place.
        """
        return [self._entity(info, representation) for representation in representations]

    def _entity(self, info: Info[Any, Any], representation: Any) -> Any:
        try:
            resolve = self._reference_resolver(representation)
            key = representation.get("id")
            if not is_plausible_id(key):
                raise BadUserInput("the representation carries no id")
        except GraphQLError as error:
            return error
        found = resolve(info=info, id=strawberry.ID(key))
        return found if inspect.isawaitable(found) else _ready(found)

    def _reference_resolver(self, representation: Any) -> Callable[..., Any]:
        if not isinstance(representation, dict):
            raise BadUserInput("a representation is an object")
        name = representation.get("__typename")
        graphql_type = self._schema.type_map.get(name) if isinstance(name, str) else None
        resolve = None
        if isinstance(graphql_type, GraphQLObjectType):
            definition = graphql_type.extensions.get("strawberry-definition")
            resolve = getattr(getattr(definition, "origin", None), "resolve_reference", None)
        if resolve is None:
            raise BadUserInput("this subgraph resolves no entity of that type")
        found: Callable[..., Any] = resolve
        return found

    async def execute(self, query: str | None, *arguments: Any, **named: Any) -> ExecutionResult:
        """The operation's result. A text too deep for the parser is refused before it."""
        fault = None if query is None else text_fault(query)
        if fault is not None:
            return ExecutionResult(data=None, errors=[fault])
        return await super().execute(query, *arguments, **named)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Faults are logged where they are masked, with the id that the client gets."""


async def _ready(value: Any) -> Any:
    return value


def build_schema(*, query: type, mutation: type, types: Iterable[Any]) -> FederatedSchema:
    """The schema of one subgraph. `types` lists every type, reached or not, or Strawberry would leave some out."""
    extensions: Sequence[Callable[[], SchemaExtension]] = (
        lambda: MaxTokensLimiter(MAX_TOKENS),
        lambda: AddValidationRules([WithinLimits]),
        lambda: ParserCache(maxsize=MAX_CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=MAX_CACHED_DOCUMENTS),
        OperationLog,
        CacheControl,
        LimitOperations,
    )
    return FederatedSchema(
        query=query,
        mutation=mutation,
        types=list(types),
        extensions=extensions,
        federation_version=FEDERATION,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
