"""Numbers by id, which processes read through their caches."""

import random
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from subgraphs.runtime.cache import Answer, Cache, Filled, Lookup, Policy, Scope
from subgraphs.runtime.cache.factory import build_cache
from subgraphs.runtime.cache.global_tag import part_of
from subgraphs.runtime.cache.policy import key_of
from tests.fixtures.clock import FrozenClock

NUMBER: Policy[int] = Policy("N", ttl=60, scope=Scope.PUBLIC, tags=("N:{id}",), dump=lambda n: n, load=int)
# Slots are a linear function of a key's bits: ids that follow one another would all lie in a few.
_CHANCE = random.Random(20)
IDS = [f"{_CHANCE.getrandbits(64):016x}" for _ in range(20)]


class Numbers:
    """What is true, and processes that read it through their caches."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.database = f"db{secrets.token_hex(4)}"
        self.caches: list[Cache] = []
        self.now = dict.fromkeys(IDS, 1)
        self.loads: Counter[str] = Counter()
        self.loading: Callable[[], Awaitable[None]] | None = None

    def process(self) -> Cache:
        """One more process."""
        self.caches.append(build_cache(self._url, self.database, FrozenClock(), limit_seconds=1))
        return self.caches[-1]

    async def warm(self, number: int) -> list[Cache]:
        """So many processes, which have read everything."""
        caches = [self.process() for _ in range(number)]
        for cache in caches:
            await self.find(cache)
            await cache.idle()
        return caches

    async def close(self) -> None:
        """Ends the processes."""
        for cache in self.caches:
            await cache.close()

    def key(self, id: str) -> str:
        """Where the value is."""
        return key_of(self.database, "0", NUMBER, id, {}, "all")

    def tag(self, id: str) -> str:
        """Where the generation of its own tag is."""
        return f"g:{self.database}:N:{id}"

    async def find(self, cache: Cache, ids: Sequence[str] = IDS) -> list[Answer[int] | None]:
        """What the process's cache gives; None where it has to be found without."""
        lookups = [Lookup(NUMBER, self.key(id), NUMBER.tags_of({"id": id}), "N", self._fill, id) for id in ids]
        return await cache.find(lookups)

    async def read(self, cache: Cache, id: str) -> int:
        """What a caller is told, from the cache or without."""
        (answer,) = await self.find(cache, [id])
        return self.now[id] if answer is None or answer.value is None else answer.value

    async def change(self, cache: Cache, id: str) -> int:
        """Changes it and tells so; gives what is acknowledged."""
        self.now[id] += 1
        changed = self.now[id]
        await cache.invalidate([f"N:{id}"])
        return changed

    def needs(self, id: str) -> list[str]:
        """The keys without which its value is not served."""
        return [self.key(id), self.tag(id), f"g:{self.database}:{part_of(self.key(id))}"]

    async def _fill(self, lookups: Sequence[Lookup]) -> list[Filled[int]]:
        found = [self.now[lookup.work] for lookup in lookups]
        self.loads.update(lookup.work for lookup in lookups)
        if self.loading is not None:
            await self.loading()
        return [Filled(value or None) for value in found]


def values(answers: Sequence[Answer[int] | None]) -> list[int | None]:
    return [None if answer is None else answer.value for answer in answers]
