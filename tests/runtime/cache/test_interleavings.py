"""The protocol of generations under every order of steps that chance finds: the real cache on a Redis that goes step by
step. What was acknowledged before a read began is never older than what the read shows.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subgraphs.runtime.cache import Cache, Filled, Lookup, Policy, Scope
from subgraphs.runtime.cache.redis_access import RedisAccess
from subgraphs.runtime.redis.circuit_breaker import CircuitBreaker
from tests.fixtures.clock import FrozenClock
from tests.fixtures.fake_redis import FakeRedis, FakeWire, Steps

NUMBER: Policy[int] = Policy("N", ttl=60, scope=Scope.PUBLIC, tags=("N:{id}",), dump=lambda n: n, load=int)
EXAMPLES = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


class NeverOpen(CircuitBreaker):
    """Faults of a test's pipeline say nothing about time."""

    def failed(self) -> None:
        pass


class Process:
    """One process: its cache, and what its clients were told. A change that a process could not tell may show late to the
    clients of others.
    """

    def __init__(self, world: "World") -> None:
        self.world = world
        self.pipeline = FakeWire(world.redis)
        self.cache = Cache(
            RedisAccess(self.pipeline, "db", limit_seconds=60, breaker=NeverOpen()), FrozenClock(), wait_seconds=0.003
        )
        self.acknowledged = 0

    async def write(self) -> None:
        await self.world.steps.gate()
        self.world.stored += 1
        committed = self.world.stored
        await self.world.steps.gate()
        await self.cache.invalidate(["N:1"])
        told = not self.cache.counts.owed()
        self.acknowledged = max(self.acknowledged, committed)
        if told:
            self.world.acknowledged = max(self.world.acknowledged, committed)

    async def write_cut_off(self) -> None:
        """A change whose raise does not arrive at once."""
        self.pipeline.is_cut = True
        await self.write()
        self.pipeline.is_cut = False

    async def read(self) -> None:
        await self.world.steps.gate()
        least = max(self.acknowledged, self.world.acknowledged)
        lookup = Lookup(NUMBER, "v:1", NUMBER.tags_of({"id": "1"}), "N", self._fill, None)
        (answer,) = await self.cache.find([lookup])
        shown = await self._load() if answer is None else answer.value
        assert shown is not None and shown >= least, f"{shown} was shown after {least} was acknowledged"
        self.world.shown += 1

    async def _fill(self, lookups: Sequence[Lookup]) -> list[Filled[int]]:
        return [Filled(await self._load()) for _ in lookups]

    async def _load(self) -> int:
        await self.world.steps.gate()
        found = self.world.stored
        await self.world.steps.gate()
        return found


class World:
    """Two processes, one Redis, one number in the database."""

    def __init__(self) -> None:
        self.steps = Steps()
        self.redis = FakeRedis(self.steps)
        self.stored = 1
        self.acknowledged = 0
        self.shown = 0
        self.processes = [Process(self), Process(self)]
        self.dumps = [self.redis.copy()]

    async def dump(self) -> None:
        await self.steps.gate()
        self.dumps.append(self.redis.copy())

    async def restart(self) -> None:
        await self.steps.gate()
        self.redis.restart(self.dumps[-1])

    async def cut(self, pipeline: FakeWire) -> None:
        await self.steps.gate()
        pipeline.is_cut = True
        for _ in range(3):
            await self.steps.gate()
        pipeline.is_cut = False


Plan = list[tuple[str, int]]
# Of the order in which the steps are taken.
SEEDS = st.integers(0, 2**32)


async def carry_out(plan: Plan, choose: Callable[[int], int]) -> None:
    world = World()
    kinds: dict[str, Callable[[Process], Awaitable[None]]] = {
        "write": Process.write,
        "read": Process.read,
        "write cut off": Process.write_cut_off,
        "dump": lambda _: world.dump(),
        "restart": lambda _: world.restart(),
        "cut": lambda process: world.cut(process.pipeline),
    }

    async def thread(steps: Plan) -> None:
        for kind, number in steps:
            await kinds[kind](world.processes[number])

    # Each thread does its part in order, and they do so side by side.
    threads = [asyncio.ensure_future(thread(plan[start::4])) for start in range(4)]
    await world.steps.drive(threads, choose)
    closing = asyncio.ensure_future(asyncio.gather(*(process.cache.close() for process in world.processes)))
    await world.steps.drive([closing], choose)
    for done in threads:
        done.result()


def plans(*kinds: str) -> st.SearchStrategy[Plan]:
    return st.lists(st.tuples(st.sampled_from(kinds), st.integers(0, 1)), min_size=4, max_size=24)


def run(plan: Plan, seed: int) -> None:
    asyncio.run(carry_out(plan, random.Random(seed).randrange))


@EXAMPLES
@given(plans("read", "read", "write"), SEEDS)
def test_no_order_of_reads_loads_and_changes_shows_an_old_value(plan: Plan, seed: int) -> None:
    run(plan, seed)


@EXAMPLES
@given(plans("read", "read", "write", "dump", "restart"), SEEDS)
def test_nor_does_a_server_that_comes_back_with_old_data(plan: Plan, seed: int) -> None:
    run(plan, seed)


@EXAMPLES
@given(plans("read", "read", "read", "write", "write cut off", "cut", "dump", "restart"), SEEDS)
def test_a_process_that_is_cut_off_never_shows_its_own_clients_an_old_value(plan: Plan, seed: int) -> None:
    run(plan, seed)


def test_the_orders_that_break_lesser_protocols_do_reach_hits() -> None:
    counted: dict[str, Any] = {}

    async def scenario() -> None:
        world = World()
        first, second = world.processes
        for step in (first.read, first.read, second.read, second.write, first.read, second.read):
            await world.steps.drive([asyncio.ensure_future(step())], lambda _: 0)
        counted.update(hits=first.cache.counts.total("hits") + second.cache.counts.total("hits"))
        counted.update(fills=first.cache.counts.total("fills") + second.cache.counts.total("fills"), shown=world.shown)
        closing = asyncio.ensure_future(asyncio.gather(first.cache.close(), second.cache.close()))
        await world.steps.drive([closing], lambda _: 0)

    asyncio.run(scenario())
    # One read fills, one hits, one hits in the other process; after the change one fills and one takes what was filled.
    assert counted == {"hits": 2, "fills": 2, "shown": 5}
