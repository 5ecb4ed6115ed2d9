"""Redis stopped, slow, erring, full, killed, restarted: nobody sees an error, and nobody sees the past."""

import asyncio
import os
import signal
import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from subgraphs.events.model.event import Event
from subgraphs.runtime.redis.pipeline import Command, Reply
from tests.fixtures.client import InProcess
from tests.fixtures.issuer import Issuer
from tests.runtime.cache.conftest import (
    LIST,
    ONE,
    OwnRedis,
    StartEvents,
    metrics,
    renamed,
    until,
)


@asynccontextmanager
async def stopped(redis: OwnRedis) -> AsyncIterator[None]:
    os.kill(redis.server.pid, signal.SIGSTOP)
    yield
    os.kill(redis.server.pid, signal.SIGCONT)


@asynccontextmanager
async def slow(redis: OwnRedis) -> AsyncIterator[None]:
    redis.proxy.delay = 2
    yield
    redis.proxy.delay = 0


@asynccontextmanager
async def erring(redis: OwnRedis) -> AsyncIterator[None]:
    redis.proxy.answer = b"-LOADING Redis is loading the dataset in memory\r\n"
    yield
    redis.proxy.answer = None


@asynccontextmanager
async def gone(redis: OwnRedis) -> AsyncIterator[None]:
    redis.proxy.cut()
    yield
    redis.proxy.mend()


Fault = Callable[[OwnRedis], AbstractAsyncContextManager[None]]


async def read_all(process: InProcess, token: str | None = None) -> list[float]:
    """Reads the list and each of twenty events, several times; gives how long each took. No answer may be an error."""
    took = []
    for query, variables in [(LIST, {}), *((ONE, {"id": f"ev{n}"}) for n in range(20))] * 3:
        started = time.perf_counter()
        answer = await process.graphql(query, variables, token=token)
        took.append(time.perf_counter() - started)
        assert answer.data["events" if query == LIST else "event"]
    return took


def added(before: list[float], during: list[float]) -> str:
    """What the fault adds, told."""
    was, now = (statistics.quantiles(took, n=20)[18] * 1000 for took in (before, during))
    return f"P95 of a read {now:.1f} ms, before {was:.1f} ms: {now - was:.1f} ms added"


async def name_in(process: InProcess, event_id: str) -> tuple[str, str]:
    """Its name as it is told alone, and in the list."""
    alone = (await process.graphql(ONE, {"id": event_id})).data["event"]["name"]
    rows = (await process.graphql(LIST)).data["events"]["edges"]
    return alone, next(edge["node"]["name"] for edge in rows if edge["node"]["id"] == event_id)


@pytest.mark.parametrize("fault", [stopped, slow, erring, gone])
async def test_without_redis_nobody_sees_an_error_and_what_changed_meanwhile_shows_afterwards(
    redis: OwnRedis, start: StartEvents, twenty: list[Event], issuer: Issuer, fault: Fault
) -> None:
    first, second = [await start(redis.proxy.redis_url, cache_limit_seconds=0.05) for _ in range(2)]
    for process in (first, second):
        await read_all(process)
        await process.cache.idle()
    before = await read_all(first) + await read_all(first, issuer.token("kr1"))
    async with fault(redis):
        took = await read_all(first) + await read_all(first, issuer.token("kr1"))
        assert 'cache_breaker{state="closed"} 0.0' in await metrics(first)
        version = await renamed(first, issuer, "ev3", 1)
        assert await name_in(first, "ev3") == (f"Version {version}",) * 2
        assert "cache_raises_owed 2.0" in await metrics(first)
    print(f"\n{fault.__name__}: {added(before, took)}")

    async def is_told() -> bool:
        await first.graphql(ONE, {"id": "ev3"})
        return 'cache_breaker{state="closed"} 1.0' in await metrics(first) and not first.cache.counts.owed()

    await until(is_told)
    for process in (second, first):
        assert await name_in(process, "ev3") == (f"Version {version}",) * 2
    hits = first.cache.counts.total("hits")
    await read_all(first)
    await first.cache.idle()
    await read_all(first)
    assert first.cache.counts.total("hits") > hits


async def test_a_full_server_gives_what_it_has_and_no_error_and_changes_show(
    redis: OwnRedis, start: StartEvents, twenty: list[Event], issuer: Issuer
) -> None:
    first, second = await start(redis.proxy.redis_url), await start(redis.proxy.redis_url)
    await read_all(first)
    await first.cache.idle()
    before = await read_all(first)
    await redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
    await redis.command("CONFIG", "SET", "maxmemory", "1")
    hits = second.cache.counts.total("hits")
    print(f"\nfull: {added(before, await read_all(second))}")
    assert second.cache.counts.total("hits") > hits
    version = await renamed(first, issuer, "ev3", 1)
    for process in (second, first, second):
        assert await name_in(process, "ev3") == (f"Version {version}",) * 2
    assert second.cache.counts.faults["refused"] > 0
    await redis.command("CONFIG", "SET", "maxmemory", "0")
    for process in (second, first):
        assert await name_in(process, "ev3") == (f"Version {version}",) * 2


@pytest.mark.parametrize("data", ["none", "old"])
async def test_a_server_that_comes_back_with_no_or_old_data_shows_nothing_old(
    redis: OwnRedis, start: StartEvents, twenty: list[Event], issuer: Issuer, data: str
) -> None:
    first, second = await start(redis.proxy.redis_url), await start(redis.proxy.redis_url)
    for process in (first, second):
        await read_all(process)
        await process.cache.idle()
    dump = await redis.dump()
    version = await renamed(first, issuer, "ev3", 1)
    redis.proxy.cut()
    await redis.kill()
    version = await renamed(first, issuer, "ev3", version)
    await redis.start(dump if data == "old" else None)
    assert bool(await redis.command("DBSIZE")) == (data == "old")
    for process in (second, first):

        async def is_back(process: InProcess = process) -> bool:
            assert await name_in(process, "ev3") == (f"Version {version}",) * 2
            return bool(process.cache.is_up())

        await until(is_back)
        await process.cache.idle()
        assert await name_in(process, "ev3") == (f"Version {version}",) * 2


async def test_a_slow_load_elsewhere_is_not_waited_for_without_end(
    redis: OwnRedis, start: StartEvents, twenty: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await start(redis.proxy.redis_url)
    await process.graphql(ONE, {"id": "ev1"})
    await process.cache.idle()
    # Somebody holds the lock of every other value, and never loads.
    redis_access = process.cache._redis
    real = redis_access.run

    async def locked(commands: Sequence[Command], *arguments: Any, **options: Any) -> Reply:
        reply = await real(commands, *arguments, **options)
        for place, command in enumerate(commands):
            if command[0] == "SET" and str(command[1]).startswith("l:"):
                reply.values[place] = None
        return reply

    monkeypatch.setattr(redis_access, "run", locked)
    async with asyncio.timeout(10):
        assert (await process.graphql(ONE, {"id": "ev2"})).data["event"]["name"] == "Event 2"
