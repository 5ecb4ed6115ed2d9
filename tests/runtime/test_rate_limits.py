"""Rate limits: counted by all processes together, by each alone while Redis is away, and by network address."""

import asyncio
import math
import secrets
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from subgraphs.runtime.auth.client_address import client_address
from subgraphs.runtime.rate_limits import Rate, RateLimiter
from subgraphs.runtime.redis import connect_redis
from tests.fixtures.clock import FrozenClock
from tests.stack.redis_cluster import RedisCluster

NOWHERE = "redis://127.0.0.1:9"
NO_CLUSTER = "redis+cluster://127.0.0.1:9,127.0.0.1:10"


@pytest.mark.parametrize("away", [None, NOWHERE, NO_CLUSTER])
async def test_a_burst_passes_then_one_at_a_time_at_the_instant_that_was_told(
    redis_url: str, clock: FrozenClock, away: str | None
) -> None:
    redis = connect_redis(away or redis_url)
    limits, rate, subject = RateLimiter(redis, clock), Rate(3, 30), secrets.token_hex(8)
    assert [await limits.take("t", rate, subject) for _ in range(3)] == [None] * 3
    limited = await limits.take("t", rate, subject)
    assert limited is not None
    assert timedelta(seconds=10) <= limited.retry_at - clock.now() <= timedelta(seconds=10, milliseconds=2)
    clock.set(limited.retry_at - timedelta(milliseconds=5))
    assert await limits.take("t", rate, subject) is not None
    clock.set(limited.retry_at)
    assert await limits.take("t", rate, subject) is None
    assert await limits.take("t", rate, subject) is not None
    assert await limits.take("t", rate, secrets.token_hex(8)) is None
    assert await limits.take("other", rate, subject) is None
    await limits.forget("t", subject)
    assert await limits.take("t", rate, subject) is None
    await redis.aclose()


async def test_of_many_calls_at_once_in_two_processes_the_limit_s_number_passes(
    redis_url: str, clock: FrozenClock
) -> None:
    first, second = (connect_redis(redis_url, timeout_seconds=5) for _ in range(2))
    subject, rate = secrets.token_hex(8), Rate(7, 60)
    both = [RateLimiter(first, clock), RateLimiter(second, clock)]
    told = await asyncio.gather(*(both[n % 2].take("t", rate, subject) for n in range(40)))
    assert told.count(None) == 7
    await first.aclose()
    await second.aclose()


async def test_the_processes_of_a_cluster_count_together(cluster: RedisCluster, clock: FrozenClock) -> None:
    first, second = (connect_redis(cluster.url, timeout_seconds=5) for _ in range(2))
    both, rate = [RateLimiter(first, clock), RateLimiter(second, clock)], Rate(7, 60)
    for subject in [secrets.token_hex(8) for _ in range(10)]:
        told = await asyncio.gather(*(both[n % 2].take("t", rate, subject) for n in range(40)))
        assert told.count(None) == 7
        await both[0].forget("t", subject)
        assert await both[1].take("t", rate, subject) is None
    await first.aclose()
    await second.aclose()


async def test_the_key_goes_by_itself_and_names_nobody(redis_url: str, clock: FrozenClock) -> None:
    redis = Redis.from_url(redis_url)
    await RateLimiter(redis, clock).take("t", Rate(1, 30), "somebody@example.com")
    keys = [key.decode() async for key in redis.scan_iter("limit:t:*")]
    assert not any("somebody" in key for key in keys)
    assert all([0 < await redis.pttl(key) <= 60_000 for key in keys])
    await redis.aclose()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=st.integers(1, 9),
    seconds=st.integers(1, 100),
    waits=st.lists(st.integers(0, 40_000), min_size=1, max_size=30),
)
async def test_redis_and_the_process_count_alike(redis_url: str, calls: int, seconds: int, waits: list[int]) -> None:
    clock, rate, subject = FrozenClock(), Rate(calls, seconds), secrets.token_hex(8)
    near, far = connect_redis(redis_url), connect_redis(NOWHERE)
    shared, alone = RateLimiter(near, clock), RateLimiter(far, clock)
    passed = []
    for wait in waits:
        clock.advance(milliseconds=wait)
        told, told_alone = await shared.take("p", rate, subject), await alone.take("p", rate, subject)
        assert (told is None) == (told_alone is None)
        if told is None:
            passed.append(clock.now())
    # In any span, the burst and what was given back meanwhile, and not one more.
    for position, start in enumerate(passed):
        for count, end in enumerate(passed[position:], 1):
            span = (end - start).total_seconds()
            assert count <= calls + math.floor(span * calls / seconds + 1e-6)
    await near.aclose()
    await far.aclose()


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("203.0.113.7", 0, None),
        (None, 1, None),
        ("", 1, None),
        ("203.0.113.7", 1, "203.0.113.7"),
        ("6.6.6.6, 203.0.113.7", 1, "203.0.113.7"),
        ("6.6.6.6, 203.0.113.7, 10.0.0.1", 2, "203.0.113.7"),
        ("203.0.113.7", 2, None),
        ("nonsense", 1, None),
        ("2001:db8:1:2:aaaa::1", 1, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", 1, "203.0.113.7"),
    ],
)
def test_only_what_trusted_proxies_appended_is_believed(forwarded: str, proxies: int, address: str | None) -> None:
    assert client_address(forwarded, proxies) == address


@pytest.mark.parametrize("text", ["", "5", "5/", "a/b"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Rate.parse(text)
