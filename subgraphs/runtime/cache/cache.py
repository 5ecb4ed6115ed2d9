"""The cache of one process: `find` gives what is known and current, or has it loaded once for all who ask."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from subgraphs.runtime.cache.background_tasks import Tasks
from subgraphs.runtime.cache.generations import Generations
from subgraphs.runtime.cache.loads import WAIT_SECONDS, Loads, answer_of
from subgraphs.runtime.cache.local_cache import LocalCache
from subgraphs.runtime.cache.policy import Lookup
from subgraphs.runtime.cache.record import Record
from subgraphs.runtime.cache.redis_access import Budget, RedisAccess
from subgraphs.runtime.cache.single_flight import Answer, Flight, Waiter, settle
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.redis.pipeline import Command, RedisUnavailable

MIN_GENERATION_SECONDS: Final = 7200
_MAX_BATCH: Final = 500


@dataclass(slots=True)
class _Wanted:
    """One key of a batch, and all in it who want it."""

    lookup: Lookup
    tags: tuple[str, ...]
    kept: Record | None
    waiters: list[Waiter] = field(default_factory=list)
    in_flight: bool = False


class Cache:
    """The cache of one process. `version` tells apart the values of different schemas."""

    def __init__(self, redis: RedisAccess, clock: Clock, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._redis = redis
        self._clock = clock
        self._generations = Generations(redis)
        self._local_cache = LocalCache()
        self._tasks = Tasks()
        self._loads = Loads(redis, clock, self._tasks, self._local_cache, wait_seconds=wait_seconds)
        self._asked: list[tuple[Lookup, Waiter]] = []
        self.counts = redis.counts
        self.namespace = redis.namespace
        self.version = "0"

    async def find(self, lookups: Sequence[Lookup]) -> list[Answer[Any] | None]:
        """An answer for each, None where it has to be found without the cache.

        Look-ups of one turn of the event loop, of all requests, are one round trip to Redis; it takes at most 50 ms
        besides loading. Never fails.
        """
        if not lookups or not self._redis.breaker.allows():
            for lookup in lookups:
                self.counts.add("bypasses", lookup.policy.name)
            return [None] * len(lookups)
        loop = asyncio.get_running_loop()
        if not self._asked:
            # One turn later, for those who are woken in this one and ask too.
            loop.call_soon(loop.call_soon, self._dispatch)
        waiters: list[Waiter] = [loop.create_future() for _ in lookups]
        self._asked += zip(lookups, waiters, strict=True)
        answers = [await waiter for waiter in waiters]
        for lookup, answer in zip(lookups, answers, strict=True):
            if answer is None:
                self.counts.add("bypasses", lookup.policy.name)
        return answers

    async def invalidate(self, tags: Iterable[str]) -> None:
        """What was made of these is old from now on: after the commit, before its acknowledgement. Never fails."""
        await self._generations.invalidate(tags)

    def is_up(self) -> bool:
        """Whether Redis answered when it was last asked."""
        return self._redis.breaker.is_closed

    def forget(self) -> None:
        """Drops the values that are kept in the process; Redis has them still."""
        self._local_cache.clear()

    async def idle(self) -> None:
        """Returns when nothing is being loaded or stored."""
        await self._tasks.idle()

    async def close(self) -> None:
        """Ends what is under way, tells what raises are owed, and closes the connections."""
        await self._tasks.close()
        await self._generations.close()
        await self._redis.close()

    def _dispatch(self) -> None:
        asked, self._asked = self._asked, []
        for start in range(0, len(asked), _MAX_BATCH):
            self._tasks.begin(self._serve(asked[start : start + _MAX_BATCH]))

    async def _serve(self, asked: Sequence[tuple[Lookup, Waiter]]) -> None:
        wanted: dict[str, _Wanted] = {}
        for lookup, waiter in asked:
            entry = wanted.get(lookup.key)
            if entry is None:
                entry = _Wanted(lookup, self._generations.tags_of(lookup), self._local_cache.get(lookup.key))
                wanted[lookup.key] = entry
            entry.waiters.append(waiter)
        try:
            await self._answer(list(wanted.values()))
        except RedisUnavailable:
            pass  # Counted where it happened.
        finally:
            for entry in wanted.values():
                if not entry.in_flight:
                    settle(entry.waiters, None)

    async def _answer(self, wanted: Sequence[_Wanted]) -> None:
        budget = self._redis.budget()
        owed = await self._generations.settle(budget)
        if owed:
            wanted = [entry for entry in wanted if owed.isdisjoint(entry.tags)]
            if not wanted:
                return
        tags = list(dict.fromkeys(tag for entry in wanted for tag in entry.tags))
        unknown = [entry for entry in wanted if entry.kept is None]
        gets: list[Command] = [self._generations.command(tag) for tag in tags]
        reply = await self._redis.run([*gets, *(("GET", entry.lookup.key) for entry in unknown)], budget)
        run_ids = dict(zip(tags, reply.run_ids, strict=False))
        present = self._generations.present(tags, reply.values[: len(tags)], reply.run_ids[: len(tags)])
        stored = dict(zip((entry.lookup.key for entry in unknown), reply.values[len(tags) :], strict=True))
        now = self._clock.now()
        missed, refreshed = [], []
        for entry in wanted:
            record = entry.kept or self._loads.decoded(entry.lookup, stored.get(entry.lookup.key))
            generations = _of(entry, present)
            if record is None or record.generations != generations or record.ends_at <= now:
                missed.append(entry)
                continue
            self._count_hit(entry, record, now)
            settle(entry.waiters, answer_of(record, now))
            if record.fresh_until <= now:
                refreshed.append(Flight(entry.lookup, record.generations, refresh=True))
        self._loads.begin(refreshed, budget)
        if missed:
            await self._missed(missed, present, run_ids, budget)

    async def _missed(
        self, missed: Sequence[_Wanted], present: dict[str, bytes], run_ids: Mapping[str, str], budget: Budget
    ) -> None:
        # Where a server did not answer, nothing is made.
        lacking = {tag: run_ids[tag] for entry in missed for tag in entry.tags if tag not in present and run_ids[tag]}
        if lacking:
            lives = max(MIN_GENERATION_SECONDS, *(2 * entry.lookup.policy.longest for entry in missed))
            present |= await self._generations.make(lacking, budget, lives=lives)
        flights = []
        for entry in missed:
            self.counts.add("misses", entry.lookup.policy.name)
            generations = _of(entry, present)
            if generations is None:
                continue
            entry.in_flight = True
            known = self._loads.under_way(entry.lookup.key, generations)
            if known is None:
                flights.append(Flight(entry.lookup, generations, entry.waiters))
            else:
                self.counts.add("joined", entry.lookup.policy.name, len(entry.waiters))
                known.join(entry.waiters)
        self._loads.begin(flights, budget)

    def _count_hit(self, entry: _Wanted, record: Record, now: datetime) -> None:
        name, number = entry.lookup.policy.name, len(entry.waiters)
        self.counts.add("hits" if record.fresh_until > now else "stale", name, number)
        if entry.kept is not None:
            self.counts.add("kept_hits", name, number)


def _of(entry: _Wanted, present: Mapping[str, bytes]) -> tuple[bytes, ...] | None:
    """The generations of its tags, None unless all are there."""
    found = tuple(present[tag] for tag in entry.tags if tag in present)
    return found if len(found) == len(entry.tags) else None
