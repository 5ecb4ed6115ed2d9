"""Cached fields, declared on the field: `extensions=[Cached(...)]`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types import Info
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from subgraphs.runtime.cache import Entity, Filled, Lookup, Policy, Scope
from subgraphs.runtime.cache.policy import key_of
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.graphql.permissions import Visible

Result = TypeVar("Result")
Value = TypeVar("Value")
AnyInfo = Info[Any, Any]


@dataclass(frozen=True, slots=True)
class Codec(Generic[Result, Value]):
    """How a field's result is kept.

    `take` gives what is worth keeping of a result; `dump` makes what BSON can hold of that, and `load` undoes it, for all
    who share the value; `bind` makes the result for one request from it and the field's arguments. What differs by viewer
    or by the clock is left to `bind`.
    """

    take: Callable[[Result], Value]
    dump: Callable[[Value], Any]
    load: Callable[[Any], Value]
    bind: Callable[[Value, AnyInfo, Mapping[str, Any]], Result]


Until = Callable[[Any, Value, Mapping[str, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Call:
    """A field that is to be resolved for the cache."""

    extension: "Cached[Any, Any]"
    next_: Callable[..., Awaitable[Any]]
    source: Any
    info: AnyInfo
    arguments: Mapping[str, Any]


class Cached(FieldExtension, Generic[Result, Value]):
    """Keeps what the field resolves to.

    `ttl` and `stale_for` are seconds; `tags` may name `{id}`, the id of the field's object. `until` gets a context, the value
    and the arguments, and gives the instant from which on the value may be different by the clock alone, or None. The
    resolver runs in a context of its own (see `RequestContext.remade`) and must use nothing of its object but the id.
    """

    def __init__(
        self,
        *,
        ttl: float,
        scope: Scope,
        tags: Sequence[str],
        codec: Codec[Result, Value],
        stale_for: float = 0,
        until: Until[Value] | None = None,
        version: int = 1,
    ) -> None:
        self._codec = codec
        self._until = until
        self.policy: Policy[Value] = Policy(
            name="a field",
            ttl=ttl,
            scope=scope,
            tags=tuple(tags),
            dump=codec.dump,
            load=codec.load,
            stale_for=stale_for,
            version=version,
        )

    def apply(self, field: StrawberryField) -> None:
        """Prepares the field, once, when the schema is built."""
        owner = getattr(field.origin, "__name__", "")
        name = field.graphql_name or to_camel_case(field.python_name)
        if any(isinstance(other, Visible) for other in field.extensions[: field.extensions.index(self)]):
            raise TypeError(f"{owner}.{name}: Visible stands after Cached, so that it is asked first")
        self.policy = replace(self.policy, name=f"{owner}.{name}")

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: AnyInfo, **arguments: Any
    ) -> Any:
        """Resolves the field, through this extension."""
        context: RequestContext = info.context
        use = context.cached
        if use is None or use.cache is None:
            if use is not None:
                use.freshness.unknown()
            return await next_(source, info, **arguments)
        cache = use.cache
        (answer,) = await cache.find(
            [self._lookup(_Call(self, next_, source, info, arguments), cache.namespace, cache.version)]
        )
        if answer is None or answer.value is None:
            use.freshness.unknown()
            return await next_(source, info, **arguments)
        use.freshness.lower(answer.fresh_for)
        return self._codec.bind(answer.value, info, arguments)

    def _lookup(self, call: _Call, namespace: str, version: str) -> Lookup:
        viewer = call.info.context.identity
        scope = self.policy.scope.token(viewer)
        entity_id = str(getattr(call.source, "id", ""))
        key = key_of(namespace, version, self.policy, entity_id, canonical(call.arguments), scope)
        return Lookup(self.policy, key, self.policy.tags_of({"id": entity_id}), ("fields", scope), fill, call)

    async def filled(self, call: _Call, context: RequestContext) -> Filled[Value]:
        """What the field resolves to in that context."""
        info = replace(call.info, _raw_info=call.info._raw_info._replace(context=context))
        value = self._codec.take(await call.next_(call.source, info, **call.arguments))
        until = None if self._until is None else await self._until(context, value, call.arguments)
        return Filled(value, until)


async def fill(lookups: Sequence[Lookup]) -> Sequence[Filled[Any] | BaseException]:
    """Resolves the fields together, in one new context of an identity that knows no more than all who share the values."""
    calls: list[_Call] = [lookup.work for lookup in lookups]
    asking: RequestContext = calls[0].info.context
    if asking.remade is None:
        raise TypeError(f"{type(asking).__name__} cannot be remade")
    context = asking.remade(lookups[0].policy.scope.filler(asking.identity))
    filled: Sequence[Filled[Any] | BaseException] = await asyncio.gather(
        *(call.extension.filled(call, context) for call in calls), return_exceptions=True
    )
    return filled


class CacheHint(FieldExtension):
    """Says that the field gives a cached entity that its resolver gets from a loader, for the response's Cache-Control.

    `scope` is who may be told the same. Costs nothing when the field is resolved.
    """

    def __init__(self, entity: Entity[Any], scope: Scope) -> None:
        self.entity = entity
        self.scope = scope

    @cached_property
    def has_resolver(self) -> bool:
        """Returns False: the field is resolved as if the hint were not there."""
        return False


def canonical(value: Any) -> Any:
    """Arguments as plain values: equal ones are equal, and what was left out is not there."""
    if isinstance(value, Mapping):
        return {name: canonical(part) for name, part in value.items() if part is not strawberry.UNSET}
    if is_dataclass(value) and not isinstance(value, type):
        return canonical({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, list | tuple):
        return [canonical(part) for part in value]
    return value.value if isinstance(value, Enum) else value
