"""Dataloaders of entities by their id, through the cache."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from dataloaders import One
from subgraphs.runtime.auth.identity import ANONYMOUS
from subgraphs.runtime.cache.cache import Cache
from subgraphs.runtime.cache.policy import Filled, Lookup, Policy, key_of
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.ids import is_plausible_id
from subgraphs.runtime.mongo import Database
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites

Found = TypeVar("Found")
Find = Callable[[Database, Sequence[str]], Awaitable[Mapping[str, Found]]]


class Freshness:
    """For how long what a request was told holds.

    The least of what it took from the cache, and nothing once it took something from elsewhere.
    """

    def __init__(self) -> None:
        self.seconds = float("inf")

    def lower(self, seconds: float) -> None:
        """Something holds for so long only."""
        self.seconds = min(self.seconds, seconds)

    def unknown(self) -> None:
        """For how long something holds nobody knows."""
        self.seconds = 0


@dataclass(frozen=True, slots=True)
class CacheUse:
    """The cache as one request uses it; without `cache` it asks the database itself.

    Changes are told to `invalidator` in any case, and `primary` is what loads read.
    """

    cache: Cache | None
    invalidator: Cache
    primary: Database
    clock: Clock
    freshness: Freshness

    async def invalidate(self, *tags: str) -> None:
        """What was made of these is old: after the commit, before its acknowledgement."""
        await self.invalidator.invalidate(tags)


@dataclass(frozen=True)
class Entity(Generic[Found]):
    """A type whose instances are cached by their id. `until` says from when on one looks different by the clock alone."""

    policy: Policy[Found]
    find: Find[Found]
    until: Callable[[Found, datetime], datetime | None] = lambda _, __: None


class CachedEntityLoader(One[str, Found], Generic[Found]):
    """An entity by its id, or None. All that a turn of the event loop asks for are one pipeline, all misses one query."""

    def __init__(self, entity: Entity[Found], read_your_writes: ReadYourWrites, use: CacheUse) -> None:
        policy = entity.policy

        async def fill(lookups: Sequence[Lookup]) -> Sequence[Filled[Found]]:
            now = use.clock.now()
            found = await entity.find(use.primary, [lookup.work for lookup in lookups])
            values = [found.get(lookup.work) for lookup in lookups]
            return [Filled(value, None if value is None else entity.until(value, now)) for value in values]

        def lookup(cache: Cache, entity_id: str) -> Lookup:
            scope = policy.scope.token(ANONYMOUS)
            key = key_of(cache.namespace, cache.version, policy, entity_id, {}, scope)
            return Lookup(policy, key, policy.tags_of({"id": entity_id}), policy.name, fill, entity_id)

        async def find(ids: Sequence[str]) -> Mapping[str, Found]:
            if use.cache is None:
                use.freshness.unknown()
                return await entity.find(await read_your_writes.database(), ids)
            cache = use.cache
            # What no id looks like makes no key.
            plausible = [entity_id for entity_id in ids if is_plausible_id(entity_id)]
            answers = await cache.find([lookup(cache, entity_id) for entity_id in plausible])
            found: dict[str, Found] = {}
            left = [entity_id for entity_id in ids if not is_plausible_id(entity_id)]
            for entity_id, answer in zip(plausible, answers, strict=True):
                if answer is None:
                    left.append(entity_id)
                    continue
                use.freshness.lower(answer.fresh_for)
                if answer.value is not None:
                    found[entity_id] = answer.value
            if left:
                use.freshness.unknown()
                found |= await entity.find(await read_your_writes.database(), left)
            return found

        super().__init__(find)
