"""Many who miss one key at once, in several processes: one load."""

import asyncio
from collections.abc import Sequence

from subgraphs.events.model.event import Event
from subgraphs.runtime.cache import Cache, Filled, Lookup, Policy, Scope
from subgraphs.runtime.cache.factory import build_cache
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.commands import CommandLog
from tests.runtime.cache.conftest import LIST, ONE, OwnRedis, StartEvents

NUMBER: Policy[int] = Policy("N", ttl=60, scope=Scope.PUBLIC, tags=("N:{id}",), dump=lambda n: n, load=int)


async def test_five_hundred_at_once_over_three_processes_load_once(
    redis: OwnRedis, start: StartEvents, twenty: list[Event], commands: CommandLog
) -> None:
    processes = [await start(redis.proxy.redis_url) for _ in range(3)]
    for query, variables in ((ONE, {"id": "ev1"}), (LIST, {})):

        async def ask(process: InProcess, query: str = query, variables: dict[str, str] = variables) -> object:
            return (await process.graphql(query, variables)).data

        with commands.recording() as sent:
            answers = await asyncio.gather(*(ask(processes[n % 3]) for n in range(500)))
        assert len({str(answer) for answer in answers}) == 1
        finds = [command["find"] for _, name, command in sent if name == "find"]
        # The list also asks when a window next opens, and when one next closes.
        assert len(finds) == (1 if query == ONE else 3)
    for process in processes:
        await process.cache.idle()


async def test_different_processes_that_miss_in_the_same_moment_load_once(redis: OwnRedis) -> None:
    clock = FrozenClock()
    caches = [build_cache(redis.proxy.redis_url, "db", clock) for _ in range(3)]
    loads = []
    entered, may_go_on = asyncio.Event(), asyncio.Event()

    async def fill(lookups: Sequence[Lookup]) -> list[Filled[int]]:
        loads.append(len(lookups))
        entered.set()
        await may_go_on.wait()
        return [Filled(7) for _ in lookups]

    async def find(cache: Cache) -> int | None:
        lookup = Lookup(NUMBER, "v:1", NUMBER.tags_of({"id": "1"}), "N", fill, None)
        (answer,) = await cache.find([lookup])
        return None if answer is None else answer.value

    asked = [asyncio.ensure_future(find(cache)) for cache in caches for _ in range(50)]
    await entered.wait()
    may_go_on.set()
    assert await asyncio.gather(*asked) == [7] * 150
    assert loads == [1]
    for cache in caches:
        await cache.close()


async def test_whoever_waits_is_not_left_alone_by_a_load_that_fails_or_a_caller_that_gives_up(redis: OwnRedis) -> None:
    cache = build_cache(redis.proxy.redis_url, "db", FrozenClock())
    entered, may_go_on = asyncio.Event(), asyncio.Event()

    async def fill(lookups: Sequence[Lookup]) -> list[Filled[int]]:
        entered.set()
        await may_go_on.wait()
        if lookups[0].work == "fails":
            raise RuntimeError("the database is away")
        return [Filled(7) for _ in lookups]

    async def find(work: str) -> object:
        lookup = Lookup(NUMBER, f"v:{work}", NUMBER.tags_of({"id": "1"}), work, fill, work)
        return (await cache.find([lookup]))[0]

    failing = [asyncio.ensure_future(find("fails")) for _ in range(3)]
    leaving, staying = asyncio.ensure_future(find("works")), asyncio.ensure_future(find("works"))
    await entered.wait()
    leaving.cancel()
    may_go_on.set()
    assert await asyncio.gather(*failing) == [None] * 3
    assert getattr(await staying, "value", None) == 7
    await cache.close()
