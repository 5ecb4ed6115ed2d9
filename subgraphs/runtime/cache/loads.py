"""Loads under way: each value is loaded here once, or by another process that holds its lock."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from subgraphs.runtime.cache.background_tasks import Tasks
from subgraphs.runtime.cache.local_cache import LocalCache
from subgraphs.runtime.cache.policy import ABSENT_SECONDS, Filled, Lookup
from subgraphs.runtime.cache.record import Record, pack, unpack
from subgraphs.runtime.cache.redis_access import Budget, RedisAccess, is_refusal
from subgraphs.runtime.cache.single_flight import Answer, Flight
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.redis.pipeline import Command, RedisUnavailable

# How long one waits for a load in another process before loading besides it, and how long such a load is believed in.
WAIT_SECONDS: Final = 1.0
LOCK_SECONDS: Final = 3.0
UNSTORABLE_SECONDS: Final = 10
_POLL_SECONDS: Final = (0.005, 0.05)

log = structlog.get_logger("cache")


class Loads:
    """The flights of one process. What comes of them is stored in Redis and put into `kept`."""

    def __init__(
        self,
        redis: RedisAccess,
        clock: Clock,
        tasks: Tasks,
        local_cache: LocalCache,
        *,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._tasks = tasks
        self._local_cache = local_cache
        self._wait_seconds = wait_seconds
        self._counts = redis.counts
        self._flights: dict[tuple[str, tuple[bytes, ...]], Flight] = {}

    def under_way(self, key: str, generations: tuple[bytes, ...]) -> Flight | None:
        """The flight that one who has read these generations may join."""
        return self._flights.get((key, generations))

    def begin(self, flights: Iterable[Flight], budget: Budget) -> None:
        """Sees to flights that nobody has begun yet."""
        begun = []
        for flight in flights:
            place = (flight.lookup.key, flight.generations)
            if place not in self._flights:
                self._flights[place] = flight
                begun.append(flight)
        if begun:
            self._tasks.begin(self._fly(begun, budget))

    async def _fly(self, flights: Sequence[Flight], budget: Budget) -> None:
        """Each flight is loaded here, or by another process that holds its lock."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._wait_seconds
        pause, longest = _POLL_SECONDS
        left = list(flights)
        try:
            while left:
                commands = [
                    command
                    for flight in left
                    for command in (
                        ("SET", flight.lock_key, "1", "NX", "PX", int(LOCK_SECONDS * 1000)),
                        ("GET", flight.lookup.key),
                    )
                ]
                reply = await self._redis.run(commands, budget)
                mine, left = self._sorted_out(left, reply.values)
                if left and loop.time() >= give_up_at:
                    mine, left = mine + left, []
                self._load(mine)
                if left:
                    await asyncio.sleep(pause * random.uniform(0.8, 1.2))
                    pause = min(pause * 2, longest)
                    budget = self._redis.budget()
        except RedisUnavailable:
            pass
        finally:
            self._end(left)

    def _sorted_out(self, flights: Sequence[Flight], values: Sequence[Any]) -> tuple[list[Flight], list[Flight]]:
        """Those that are to be loaded here, and those that another process is loading."""
        now = self._clock.now()
        mine, others, landed = [], [], []
        for flight, lock, packed in zip(flights, values[::2], values[1::2], strict=True):
            # A full server gives no locks, nor does one that is away.
            flight.holds_lock = lock is not None and not is_refusal(lock)
            record = self.decoded(flight.lookup, packed)
            is_current = record is not None and record.generations == flight.generations and record.ends_at > now
            if record is not None and is_current and (record.fresh_until > now or not flight.refresh):
                self._counts.add("joined", flight.lookup.policy.name, len(flight.waiters))
                flight.land(answer_of(record, now))
                landed.append(flight)
            elif lock is not None:
                mine.append(flight)
            elif flight.refresh:
                landed.append(flight)
            else:
                others.append(flight)
        self._end(landed)
        locks = [flight.lock_key for flight in landed if flight.holds_lock]
        if locks:
            self._tasks.begin(self._send([("UNLINK", lock) for lock in locks]))
        return mine, others

    def _load(self, flights: Sequence[Flight]) -> None:
        groups: defaultdict[Hashable, list[Flight]] = defaultdict(list)
        for flight in flights:
            groups[flight.lookup.group].append(flight)
        for group in groups.values():
            self._tasks.begin(self._load_group(group))

    async def _load_group(self, flights: Sequence[Flight]) -> None:
        now = self._clock.now()
        try:
            results = await flights[0].lookup.fill([flight.lookup for flight in flights])
            commands: list[Command] = []
            for flight, result in zip(flights, results, strict=True):
                if isinstance(result, Filled):
                    self._counts.add("fills", flight.lookup.policy.name)
                    commands += self._landed(flight, result, now)
                else:
                    flight.land(None)
                if flight.holds_lock:
                    commands.append(("UNLINK", flight.lock_key))
            if commands:
                await self._send(commands)
        except Exception as error:
            # Whoever waits asks the database themself, and tells their caller what it says.
            log.warning("load failed", field=flights[0].lookup.policy.name, error=type(error).__name__)
            await self._send([("UNLINK", flight.lock_key) for flight in flights if flight.holds_lock])
        finally:
            self._end(flights)

    def _landed(self, flight: Flight, filled: Filled[Any], now: datetime) -> list[Command]:
        policy = flight.lookup.policy
        ttl = timedelta(seconds=(ABSENT_SECONDS if filled.value is None else policy.ttl) * random.uniform(0.9, 1.0))
        fresh_until = min(now + ttl, filled.until or now + ttl)
        ends_at = fresh_until + timedelta(seconds=0 if filled.value is None else policy.stale_for)
        if filled.until is not None:
            ends_at = min(ends_at, filled.until)
        record = Record(flight.generations, now, fresh_until, ends_at, filled.value, is_absent=filled.value is None)
        flight.land(answer_of(record, now))
        if ends_at <= now:
            return []
        packed = pack(record, None if filled.value is None else policy.dump(filled.value))
        if packed is None:
            self._counts.add("unstored", policy.name)
            short = now + timedelta(seconds=UNSTORABLE_SECONDS)
            record = replace(record, fresh_until=short, ends_at=short, value=None, is_unstorable=True)
            packed = pack(record, None) or b""
        self._local_cache.put(flight.lookup.key, record, len(packed))
        milliseconds = max(1, (record.ends_at - now) // timedelta(milliseconds=1))
        return [("SET", flight.lookup.key, packed, "PX", milliseconds)]

    async def _send(self, commands: Sequence[Command]) -> None:
        try:
            if commands:
                await self._redis.run(commands)
        except RedisUnavailable:
            return

    def _end(self, flights: Iterable[Flight]) -> None:
        for flight in flights:
            self._flights.pop((flight.lookup.key, flight.generations), None)
            flight.land(None)

    def decoded(self, lookup: Lookup, packed: Any) -> Record | None:
        """The record that Redis gave for a key, kept from here on; None when there is none, or it cannot be read."""
        record = unpack(packed) if isinstance(packed, bytes) else None
        if record is None or record.is_absent or record.is_unstorable:
            return record
        try:
            decoded = replace(record, value=lookup.policy.load(record.value))
        except (KeyError, ValueError, TypeError, IndexError):
            # Stored by another version of this code.
            return None
        self._local_cache.put(lookup.key, decoded, len(packed))
        return decoded


def answer_of(record: Record, now: datetime) -> Answer[Any] | None:
    """What a current record says; None when it says that the value is not kept."""
    return None if record.is_unstorable else Answer(record.value, record.seconds_left(now))
