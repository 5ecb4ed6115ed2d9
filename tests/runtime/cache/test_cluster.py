"""The cache on a Redis Cluster: what it promises on one server, with servers that come and go and slots that move."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis.crc import key_slot

from subgraphs.runtime.cache import Cache
from subgraphs.runtime.cache.global_tag import EVERYTHING, all_parts, part_of
from subgraphs.runtime.redis import server
from subgraphs.runtime.redis.circuit_breaker import FAULTS_TO_OPEN
from subgraphs.runtime.redis.pipeline import Command
from subgraphs.runtime.redis.server import Server, ServerPipeline
from tests.runtime.cache.conftest import OwnRedis, until
from tests.runtime.cache.numbers import IDS, Numbers, values
from tests.stack.redis_cluster import RedisCluster, start_redis_cluster


@pytest.fixture
async def numbers(cluster: RedisCluster) -> AsyncIterator[Numbers]:
    made = Numbers(cluster.url)
    yield made
    await made.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Server]:
    """The servers in the order in which they are asked."""
    seen: list[Server] = []
    run = Server.run

    async def noted(self: Server, commands: Sequence[Command], seconds: float) -> Any:
        seen.append(self)
        return await run(self, commands, seconds)

    monkeypatch.setattr(Server, "run", noted)
    return seen


async def test_what_one_process_loads_all_use_and_each_server_is_asked_once_for_twenty(
    numbers: Numbers, asked: list[Server]
) -> None:
    first, second = numbers.process(), numbers.process()
    numbers.now[IDS[7]] = 0
    expected = [None if id == IDS[7] else 1 for id in IDS]
    assert values(await numbers.find(first)) == expected
    await first.idle()
    assert values(await numbers.find(second)) == expected
    second.forget()
    asked.clear()
    answers = await numbers.find(second)
    assert values(answers) == expected
    assert all(answer is not None for answer in answers)
    assert len(asked) == len(set(asked)) == 3
    assert set(numbers.loads.values()) == {1}


@pytest.mark.parametrize("tags", [(f"N:{IDS[3]}",), (EVERYTHING,)])
async def test_a_change_shows_at_once_in_every_process(numbers: Numbers, tags: tuple[str, ...]) -> None:
    caches = await numbers.warm(3)
    for version in range(2, 6):
        numbers.now[IDS[3]] = version
        await caches[version % 3].invalidate(tags)
        for cache in caches:
            assert values(await numbers.find(cache, IDS[3:5])) == [version, 1]


async def test_processes_that_miss_in_the_same_moment_load_once(numbers: Numbers) -> None:
    entered, may_go_on = asyncio.Event(), asyncio.Event()

    async def loading() -> None:
        entered.set()
        await may_go_on.wait()

    numbers.loading = loading
    caches = [numbers.process() for _ in range(2)]
    asked = [asyncio.ensure_future(numbers.find(cache, IDS[5:6])) for cache in caches for _ in range(50)]
    await entered.wait()
    may_go_on.set()
    assert [values(answer) for answer in await asyncio.gather(*asked)] == [[1]] * 100
    assert numbers.loads == {IDS[5]: 1}


async def test_a_slot_that_moves_is_followed_and_nothing_old_is_shown(cluster: RedisCluster, numbers: Numbers) -> None:
    first, second = await numbers.warm(2)
    source = cluster.members[0]
    target = cluster.members[1]
    (id, *_) = [id for id in IDS if cluster.owner(numbers.tag(id)) is source]
    slot = key_slot(numbers.tag(id).encode())
    cluster.begin_move(slot, source, target)
    # The generation is made at the new owner while the old one still has the slot.
    for reader, writer in ((second, first), (first, second)):
        changed = await numbers.change(writer, id)
        assert values(await numbers.find(reader, [id])) == [changed]
        assert values(await numbers.find(writer, [id])) == [changed]
    cluster.end_move(slot, source, target)
    try:
        for reader, writer in ((second, first), (first, second)):
            changed = await numbers.change(writer, id)
            assert values(await numbers.find(reader, [id])) == [changed]
        assert first.counts.faults.total() + second.counts.faults.total() == 0
        await first.idle()
        loads = numbers.loads[id]
        assert values(await numbers.find(second, [id])) == [changed]
        assert numbers.loads[id] == loads
    finally:
        cluster.begin_move(slot, target, source)
        cluster.end_move(slot, target, source)


async def test_a_master_that_is_killed_takes_only_its_own_and_comes_back_empty(
    cluster: RedisCluster, numbers: Numbers
) -> None:
    first, second = await numbers.warm(2)
    lost = cluster.members[0]
    own = next(id for id in IDS if cluster.owner(numbers.tag(id)) is lost)
    others = [id for id in IDS if all(cluster.owner(key) is not lost for key in numbers.needs(id))]
    assert others
    lost.kill()
    loads = numbers.loads.copy()
    changed = await numbers.change(first, own)
    for _ in range(5):
        for cache in (first, second):
            assert values(await numbers.find(cache, others)) == [1] * len(others)
            assert [await numbers.read(cache, id) for id in IDS] == [numbers.now[id] for id in IDS]
            assert cache.is_up()
    assert [numbers.loads[id] for id in others] == [loads[id] for id in others]
    # The others' changes show as ever.
    await numbers.change(first, others[0])
    assert values(await numbers.find(second, others[:1])) == [2]
    assert first.counts.owed() > 0
    lost.start()
    await asyncio.to_thread(cluster.until_well)

    for cache in (first, second):

        async def is_cached(cache: Cache = cache) -> bool:
            (answer,) = await numbers.find(cache, [own])
            assert answer is None or answer.value == changed
            return answer is not None

        await until(is_cached)
        assert cache.is_up()
    await until(lambda: first.counts.owed() == 0)
    assert values(await numbers.find(first)) == [numbers.now[id] for id in IDS]


@pytest.mark.servers
async def test_what_a_failover_lost_is_not_shown_and_the_new_master_serves(tmp_path: Path) -> None:
    with start_redis_cluster(tmp_path) as cluster:
        lost = cluster.members[0]
        replica = cluster.add_replica(lost)
        numbers = Numbers(cluster.url)
        first, second = await numbers.warm(2)
        own = [id for id in IDS if cluster.owner(numbers.tag(id)) is lost]
        lost.command("WAIT", 1, 1000)
        # Told to the old master, and never to the one that takes over.
        with replica.hung():
            lost.command("CLIENT", "KILL", "TYPE", "REPLICA")
            changed = [await numbers.change(first, id) for id in own]
            assert first.counts.owed() == 0
            lost.kill()

        for cache in (second, first):

            async def is_cached(cache: Cache = cache) -> bool:
                answers = await numbers.find(cache, own)
                assert all(answer is None or answer.value == 2 for answer in answers)
                return None not in answers

            await until(is_cached)
        assert replica.command("DBSIZE") > 0
        assert changed == [2] * len(own)
        await numbers.close()


async def test_a_master_that_hangs_is_waited_for_a_few_times_and_then_left_alone(
    cluster: RedisCluster, numbers: Numbers, asked: list[Server]
) -> None:
    (cache,) = await numbers.warm(1)
    cache._redis.limit_seconds = 0.05
    lost = cluster.members[2]
    own = next(id for id in IDS if cluster.owner(numbers.tag(id)) is lost)
    took = []
    asked.clear()
    with lost.hung():
        for _ in range(20):
            started = time.monotonic()
            assert await numbers.find(cache, [own]) == [None]
            took.append(time.monotonic() - started)
    print(f"\nlongest {max(took) * 1000:.0f} ms, median {sorted(took)[10] * 1000:.2f} ms")
    assert cache.is_up()
    assert cache.counts.faults["away"] == len(took)
    members = cache._redis._pipeline._members  # type: ignore[attr-defined]
    assert FAULTS_TO_OPEN <= asked.count(members["127.0.0.1", lost.port].server) < len(took)
    await asyncio.to_thread(cluster.until_well)


async def test_without_any_server_the_breaker_opens_and_closes_again_with_them(
    cluster: RedisCluster, numbers: Numbers
) -> None:
    nowhere = Numbers("redis+cluster://127.0.0.1:9")
    never = nowhere.process()
    (cache,) = await numbers.warm(1)
    cache._redis.limit_seconds = never._redis.limit_seconds = 0.05
    with contextlib.ExitStack() as meanwhile:
        for member in cluster.members:
            meanwhile.enter_context(member.hung())
        for _ in range(10):
            assert await numbers.find(cache) == await nowhere.find(never) == [None] * len(IDS)
        assert not cache.is_up()
        assert not never.is_up()
        changed = await numbers.change(cache, IDS[0])
        assert cache.counts.owed() == 1
    cache._redis.limit_seconds = 1

    async def is_back() -> bool:
        return None not in values(await numbers.find(cache))

    await until(is_back)
    assert cache.is_up()
    assert values(await numbers.find(cache, IDS[:2])) == [changed, 1]
    await never.close()


async def test_nothing_older_than_what_was_acknowledged_is_read_while_slots_move_and_a_master_dies(
    cluster: RedisCluster, numbers: Numbers
) -> None:
    caches, chance, reads, ends = [numbers.process() for _ in range(3)], random.Random(7), 0, False
    acknowledged = dict(numbers.now)

    async def reads_on(cache: Cache) -> None:
        nonlocal reads
        while not ends:
            id = chance.choice(IDS)
            floor = acknowledged[id]
            assert await numbers.read(cache, id) >= floor
            reads += 1
            # Without Redis there is nothing to wait for.
            await asyncio.sleep(0)

    async def writes_on(cache: Cache, ids: Sequence[str]) -> None:
        while not ends:
            id = chance.choice(ids)
            acknowledged[id] = await numbers.change(cache, id)
            await asyncio.sleep(0.001)

    async def disturbs() -> None:
        nonlocal ends
        source, target, dying = cluster.members
        slots = [key_slot(numbers.tag(id).encode()) for id in IDS if cluster.owner(numbers.tag(id)) is source][:4]
        try:
            for there, back in ((source, target), (target, source)):
                for slot in slots:
                    await asyncio.to_thread(cluster.begin_move, slot, there, back)
                    await asyncio.to_thread(cluster.end_move, slot, there, back)
            dying.kill()
            await asyncio.to_thread(dying.start)
            await asyncio.to_thread(cluster.until_well)
        finally:
            ends = True

    await asyncio.gather(
        *(reads_on(cache) for cache in caches for _ in range(3)),
        writes_on(caches[0], IDS[:10]),
        writes_on(caches[1], IDS[10:]),
        disturbs(),
    )
    hits = sum(cache.counts.total("hits") for cache in caches)
    print(f"\n{reads} reads, {hits} hits, {sum(acknowledged.values())} changes")
    assert hits > 100


async def test_a_master_that_was_a_replica_meanwhile_is_another_run(
    redis_url: str, redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_KNOWN_SECONDS", 0)
    other = urlsplit(redis_url)
    pipeline = ServerPipeline(redis.server.url)
    met = [(await pipeline.run([("GET", "a")], seconds=1)).run_ids[0] for _ in range(2)]
    await redis.command("REPLICAOF", str(other.hostname), str(other.port))
    await redis.command("REPLICAOF", "NO", "ONE")
    met.append((await pipeline.run([("GET", "a")], seconds=1)).run_ids[0])
    assert met[0] == met[1] != met[2]
    await pipeline.close()


def test_each_part_of_everything_is_in_the_slots_of_the_values_that_carry_it() -> None:
    for number in range(1000):
        key = f"v:{number}"
        assert key_slot(f"g:db:{part_of(key)}".encode()) // 1024 == key_slot(key.encode()) // 1024
    assert len(set(all_parts())) == 16
