"""Who wrote lately reads from the primary; without Redis everybody does."""

from collections.abc import AsyncIterator

import pytest

from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.runtime.redis import RedisClient, connect_redis
from tests.stack.redis_cluster import RedisCluster


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[RedisClient]:
    client = connect_redis(redis_url, timeout_seconds=2)
    yield client
    await client.aclose()


async def test_a_caller_who_wrote_reads_from_the_primary_and_others_do_not(mongo: Mongo, redis: RedisClient) -> None:
    await ReadYourWrites(mongo, redis, "kr-writer").mark_written()
    assert await ReadYourWrites(mongo, redis, "kr-writer").database() is mongo.write
    assert await ReadYourWrites(mongo, redis, "kr-other").database() is mongo.read
    assert await ReadYourWrites(mongo, redis, None).database() is mongo.read


async def test_who_was_nobody_and_registered_reads_from_the_primary(mongo: Mongo, redis: RedisClient) -> None:
    await ReadYourWrites(mongo, redis, None).mark_written("kr-newcomer")
    assert await ReadYourWrites(mongo, redis, "kr-newcomer").database() is mongo.write


async def test_the_request_that_writes_reads_its_own_write(mongo: Mongo, redis: RedisClient) -> None:
    request = ReadYourWrites(mongo, redis, "kr-same-request")
    assert await request.database() is mongo.read
    await request.mark_written()
    assert await request.database() is mongo.write


async def test_on_a_cluster_another_process_knows_who_wrote(mongo: Mongo, cluster: RedisCluster) -> None:
    first, second = (connect_redis(cluster.url, timeout_seconds=2) for _ in range(2))
    for number in range(10):
        await ReadYourWrites(mongo, first, f"kr-writer-{number}").mark_written()
        assert await ReadYourWrites(mongo, second, f"kr-writer-{number}").database() is mongo.write
        assert await ReadYourWrites(mongo, second, f"kr-other-{number}").database() is mongo.read
    await first.aclose()
    await second.aclose()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9/0", "redis+cluster://127.0.0.1:9"])
async def test_without_redis_a_signed_in_caller_reads_from_the_primary_and_sees_no_error(
    mongo: Mongo, url: str
) -> None:
    away = connect_redis(url)
    request = ReadYourWrites(mongo, away, "kr1")
    assert await request.database() is mongo.write
    await request.mark_written()
    await away.aclose()


async def test_a_service_always_reads_from_the_primary(mongo: Mongo, redis: RedisClient) -> None:
    assert await ReadYourWrites(mongo, redis, "svc:shop", always_primary=True).database() is mongo.write
