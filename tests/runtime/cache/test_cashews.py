"""Why the cache is our own: what cashews, the library nearest to it, does where ours may not. Should one of these fail, the
decision in the README is to be thought over.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest
from cashews import Cache

from tests.fixtures.proxy import Proxy
from tests.runtime.cache.conftest import OwnRedis

pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated close")


class Row:
    """A row in a database, read slowly when the test wants it."""

    def __init__(self) -> None:
        self.value = "old"
        self.loads = 0
        self.reading = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def read(self) -> str:
        self.loads += 1
        found = self.value
        self.reading.set()
        await self.may_go_on.wait()
        return found


@pytest.fixture
async def cashews(redis: OwnRedis) -> AsyncIterator[Cache]:
    cache = Cache()
    cache.setup(redis.proxy.redis_url, suppress=True, socket_timeout=5, socket_connect_timeout=5)
    yield cache
    await cache.close()


async def test_a_load_that_began_before_a_change_puts_the_old_value_back(cashews: Cache) -> None:
    row, key = Row(), secrets.token_hex(4)
    read = cashews(ttl="5m", key=key, tags=["row"])(row.read)
    row.may_go_on.clear()
    slow = asyncio.ensure_future(read())
    await row.reading.wait()
    row.value = "new"
    await cashews.delete_tags("row")
    row.may_go_on.set()
    await slow
    assert await read() == "old"


async def test_a_change_that_could_not_be_told_is_forgotten(cashews: Cache, redis: OwnRedis) -> None:
    row, key = Row(), secrets.token_hex(4)
    read = cashews(ttl="5m", key=key, tags=["row"])(row.read)
    assert await read() == "old"
    redis.proxy.cut()
    row.value = "new"
    await cashews.delete_tags("row")
    redis.proxy.mend()
    assert await read() == "old"


async def test_a_server_that_comes_back_with_old_data_is_believed(redis: OwnRedis, cashews: Cache) -> None:
    row, key = Row(), secrets.token_hex(4)
    read = cashews(ttl="5m", key=key, tags=["row"])(row.read)
    assert await read() == "old"
    dump = await redis.dump()
    row.value = "new"
    await cashews.delete_tags("row")
    redis.proxy.cut()
    await redis.kill()
    await redis.start(dump)
    # Its connection is the old server's yet.
    await cashews.get("anything")
    assert await read() == "old"


async def test_twenty_keys_are_twenty_round_trips(redis: OwnRedis) -> None:
    cache, row = Cache(), Row()
    async with Proxy(redis.server.port) as proxy:
        cache.setup(proxy.redis_url)
        reads = [cache(ttl="5m", key=f"{secrets.token_hex(4)}")(row.read) for _ in range(20)]
        await asyncio.gather(*(read() for read in reads))
        before = int((await redis.command("INFO", "commandstats"))["cmdstat_get"]["calls"])
        await asyncio.gather(*(read() for read in reads))
        after = int((await redis.command("INFO", "commandstats"))["cmdstat_get"]["calls"])
        await cache.close()
    assert after - before == 20
