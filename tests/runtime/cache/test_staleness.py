"""Readers and writers race over two processes and one Redis: whoever begins to read after a change was acknowledged is told
of it, whatever happens to Redis. `CACHE_RACE_SECONDS` makes the races longer.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import pytest

from subgraphs.events.model.event import Event
from subgraphs.events.store import COLLECTIONS
from subgraphs.runtime.cache.change_stream import ChangeStreamInvalidator
from subgraphs.runtime.cache.factory import build_invalidator
from subgraphs.runtime.messaging.outbox import Message, Relay
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.client import InProcess
from tests.fixtures.issuer import Issuer
from tests.fixtures.proxy import Proxy
from tests.runtime.cache.conftest import LIST, ONE, OwnRedis, StartEvents, renamed

SECONDS: Final = float(os.environ.get("CACHE_RACE_SECONDS", "4"))
# What others may be behind while the process that wrote cannot reach Redis.
MAX_BEHIND: Final = 5.0
WRITTEN: Final = ("ev0", "ev1")


@dataclass
class Race:
    """What was acknowledged when, and what was read."""

    issuer: Issuer
    acknowledged: dict[str, list[tuple[int, float]]] = field(
        default_factory=lambda: {event_id: [(1, 0.0)] for event_id in WRITTEN}
    )
    reads: int = 0
    writes: int = 0
    behind: float = 0.0
    is_over: bool = False

    async def write(self, process: InProcess, event_id: str) -> None:
        version = 1
        while not self.is_over:
            version = await renamed(process, self.issuer, event_id, version)
            self.acknowledged[event_id].append((version, time.monotonic()))
            self.writes += 1
            await asyncio.sleep(random.uniform(0, 0.1))

    async def read(self, process: InProcess, chance: random.Random, *, may_lag: bool) -> None:
        while not self.is_over:
            event_id = chance.choice(WRITTEN)
            least = self.acknowledged[event_id][-1][0]
            if chance.random() < 0.5:
                shown = (await process.graphql(ONE, {"id": event_id})).data["event"]
            else:
                rows = (await process.graphql(LIST)).data["events"]["edges"]
                shown = next(edge["node"] for edge in rows if edge["node"]["id"] == event_id)
            assert shown["name"] == (
                "Event " + event_id[2:] if shown["version"] == 1 else f"Version {shown['version']}"
            )
            if shown["version"] < least:
                assert may_lag, f"{event_id} was shown as of {shown['version']} after {least} was acknowledged"
                next_at = next(at for version, at in self.acknowledged[event_id] if version > shown["version"])
                self.behind = max(self.behind, time.monotonic() - next_at)
            self.reads += 1
            await asyncio.sleep(0)

    async def run(
        self,
        writing: InProcess,
        other: InProcess,
        *,
        may_lag: bool,
        meanwhile: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Two writers at one process, four readers there and four at another."""
        work = [asyncio.ensure_future(self.write(writing, event_id)) for event_id in WRITTEN]
        for number in range(8):
            process, lags = (writing, False) if number % 2 else (other, may_lag)
            work.append(asyncio.ensure_future(self.read(process, random.Random(number), may_lag=lags)))
        try:
            async with asyncio.timeout(SECONDS):
                done, _ = await asyncio.wait(
                    [*work, asyncio.ensure_future(self._forever(meanwhile))], return_when=asyncio.FIRST_EXCEPTION
                )
                for task in done:
                    task.result()
        except TimeoutError:
            pass
        self.is_over = True
        await asyncio.gather(*work)

    @staticmethod
    async def _forever(meanwhile: Callable[[], Awaitable[None]] | None) -> None:
        if meanwhile is not None:
            await meanwhile()
        await asyncio.Event().wait()

    def told(self) -> str:
        return f"{self.reads} reads, {self.writes} writes; others at most {self.behind * 1000:.0f} ms behind"


@asynccontextmanager
async def worker(mongo: Mongo, redis: OwnRedis, part: str) -> AsyncIterator[None]:
    """The relay or the watch of a worker, which reaches Redis by itself."""

    class Nowhere:
        async def publish(self, message: Message) -> None:
            pass

    async with Proxy(redis.server.port) as proxy:
        invalidator = build_invalidator(proxy.redis_url, mongo.write.name)
        relay = Relay(mongo, Nowhere(), invalidate=invalidator.invalidate)
        watch = ChangeStreamInvalidator(mongo, COLLECTIONS, invalidator.invalidate)
        job = asyncio.ensure_future(relay.run() if part == "relay" else watch.run())
        yield
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        await invalidator.close()


async def test_no_read_that_begins_after_a_change_was_acknowledged_shows_what_was_before(
    redis: OwnRedis, start: StartEvents, twenty: list[Event], issuer: Issuer
) -> None:
    first, second = await start(redis.proxy.redis_url), await start(redis.proxy.redis_url)
    race = Race(issuer)
    await race.run(first, second, may_lag=False)
    print(f"\n{race.told()}; hits {first.cache.counts.total('hits') + second.cache.counts.total('hits')}")
    assert race.writes > 10
    assert second.cache.counts.total("hits") > 0


@pytest.mark.parametrize("data", ["none", "old"])
async def test_while_redis_dies_and_comes_back_again_and_again_the_writer_s_clients_see_all_and_others_soon(
    redis: OwnRedis, start: StartEvents, twenty: list[Event], issuer: Issuer, data: str
) -> None:
    first, second = await start(redis.proxy.redis_url), await start(redis.proxy.redis_url)
    race = Race(issuer)

    async def meanwhile() -> None:
        dump = None
        while True:
            await asyncio.sleep(SECONDS / 6)
            if dump is None and data == "old":
                dump = await redis.dump()
            redis.proxy.cut()
            await redis.kill()
            await asyncio.sleep(SECONDS / 20)
            await redis.start(dump)

    # A process that has not noticed yet that Redis is back may tell late.
    await race.run(first, second, may_lag=True, meanwhile=meanwhile)
    print(f"\nredis restarted with {data} data: {race.told()}")
    assert race.writes > 10
    assert race.behind < MAX_BEHIND


@pytest.mark.parametrize("part", ["relay", "watch"])
async def test_while_the_writing_process_is_cut_off_its_own_clients_see_all_and_others_soon(
    redis: OwnRedis, start: StartEvents, mongo: Mongo, twenty: list[Event], issuer: Issuer, part: str
) -> None:
    async with Proxy(redis.server.port) as reachable, worker(mongo, redis, part):
        first, second = await start(redis.proxy.redis_url), await start(reachable.redis_url)
        race = Race(issuer)

        async def meanwhile() -> None:
            while True:
                await asyncio.sleep(SECONDS / 8)
                redis.proxy.cut()
                await asyncio.sleep(SECONDS / 4)
                redis.proxy.mend()

        await race.run(first, second, may_lag=True, meanwhile=meanwhile)
        print(f"\nthe writing process cut off, told by the {part}: {race.told()}")
        assert race.writes > 10
        assert race.behind < MAX_BEHIND
