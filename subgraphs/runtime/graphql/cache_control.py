"""Cache-Control: what a document may promise at most, from the schema alone, and what is left of it by what was answered."""

import inspect
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    is_object_type,
)
from strawberry.extensions import SchemaExtension
from strawberry.permission import PermissionExtension

from subgraphs.runtime.cache import Scope
from subgraphs.runtime.graphql.cached import Cached, CacheHint
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.graphql.permissions import Public, Visible

MAX_JUDGED_DOCUMENTS: Final = 1000


@dataclass(frozen=True, slots=True)
class Promise:
    """The seconds that an answer may be kept, and whether only by the one who asked. Infinite: nothing was promised."""

    seconds: float = float("inf")
    private: bool = False

    def __and__(self, other: "Promise") -> "Promise":
        return Promise(min(self.seconds, other.seconds), self.private or other.private)


NONE: Final = Promise(0)
AS_THE_OBJECT: Final = Promise()


class CacheControl(SchemaExtension):
    """Says in the context how long the response holds: the least that any part of it allows, nothing after an error."""

    def on_operation(self) -> Iterator[None]:
        """Sets the context's Cache-Control once the operation is executed."""
        yield
        executed = self.execution_context
        context = executed.context
        if not isinstance(context, RequestContext) or context.cached is None:
            return
        result, document = executed.result, executed.graphql_document
        if document is None or getattr(result, "errors", True):
            return
        promise = promise_of(executed.schema._schema, executed.query or "", document, executed.operation_name)
        seconds = int(min(promise.seconds, context.cached.freshness.seconds, 2**31))
        if promise.seconds == float("inf") or seconds < 1:
            return
        context.cache_control = f"max-age={seconds}, {'private' if promise.private else 'public'}"


_promises: "OrderedDict[tuple[int, str, str | None], Promise]" = OrderedDict()


def promise_of(schema: GraphQLSchema, text: str, document: DocumentNode, name: str | None) -> Promise:
    """What the operation's answer may promise at most; judged once a document, as if every field were included."""
    place = (id(schema), text, name)
    known = _promises.get(place)
    if known is None:
        known = _promises[place] = _judged(schema, document, name)
        if len(_promises) > MAX_JUDGED_DOCUMENTS:
            _promises.popitem(last=False)
    return known


def _judged(schema: GraphQLSchema, document: DocumentNode, name: str | None) -> Promise:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = next((node for node in operations if name is None or (node.name and node.name.value == name)), None)
    if chosen is None or chosen.operation is not OperationType.QUERY or schema.query_type is None:
        return NONE
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    return _selection(schema, schema.query_type, chosen.selection_set, fragments)


def _selection(
    schema: GraphQLSchema,
    parent: GraphQLNamedType,
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Promise:
    promise = AS_THE_OBJECT
    for node in selections.selections:
        if isinstance(node, FieldNode):
            promise &= _field(schema, parent, node, fragments)
            continue
        inner = fragments.get(node.name.value) if isinstance(node, FragmentSpreadNode) else node
        if not isinstance(inner, FragmentDefinitionNode | InlineFragmentNode):
            return NONE
        condition = inner.type_condition
        narrowed = schema.type_map.get(condition.name.value, parent) if condition else parent
        if parent.name == "_Entity":
            promise &= _reference(narrowed)
        promise &= _selection(schema, narrowed, inner.selection_set, fragments)
    return promise


def _field(
    schema: GraphQLSchema, parent: GraphQLNamedType, node: FieldNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Promise:
    name = node.name.value
    if name == "__typename":
        return AS_THE_OBJECT
    if parent is schema.query_type and name == "_entities":
        return (
            _selection(schema, schema.type_map["_Entity"], node.selection_set, fragments)
            if node.selection_set
            else NONE
        )
    field = getattr(parent, "fields", {}).get(name)
    if field is None:
        return NONE
    promise = _declared(parent, name)
    kind = get_named_type(field.type)
    if node.selection_set is None or not is_composite_type(kind) or promise.seconds == 0:
        return promise
    return promise & _selection(schema, kind, node.selection_set, fragments)


def _declared(parent: GraphQLNamedType, name: str) -> Promise:
    field = (parent.fields[name].extensions or {}).get("strawberry-definition") if is_object_type(parent) else None
    # A field of an interface is judged as one of an unknown type: its resolver may be any.
    return NONE if field is None else of_field(field)


@cache
def of_field(field: Any) -> Promise:
    """What a field allows, the fields below it aside.

    A resolver that is not asynchronous computes from its object, since all of ours that ask a store are.
    """
    private = False
    promise = NONE if field.is_async else AS_THE_OBJECT
    for extension in field.extensions:
        if isinstance(extension, Visible):
            private = True
        elif isinstance(extension, PermissionExtension):
            private = private or any(not isinstance(rule, Public) for rule in extension.permissions)
        elif isinstance(extension, Cached):
            promise = Promise(extension.policy.ttl, extension.policy.scope is not Scope.PUBLIC)
        elif isinstance(extension, CacheHint):
            promise = _of_entity(extension)
    return promise & Promise(private=private)


def _of_entity(through: CacheHint) -> Promise:
    return Promise(through.entity.policy.ttl, through.scope is not Scope.PUBLIC)


def _reference(kind: GraphQLNamedType) -> Promise:
    """What reading an entity by reference allows: its type says `reference = CacheHint(...)`, or only gives back the id."""
    origin = getattr((kind.extensions or {}).get("strawberry-definition"), "origin", None)
    through = getattr(origin, "reference", None)
    if isinstance(through, CacheHint):
        return _of_entity(through)
    resolve = getattr(origin, "resolve_reference", None)
    return NONE if resolve is None or inspect.iscoroutinefunction(resolve) else AS_THE_OBJECT
