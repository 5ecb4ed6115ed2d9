"""The Redis client: short limits, because whatever it does the database can do without it."""

from typing import Final, TypeAlias

from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

RedisClient: TypeAlias = Redis
# What a call may raise when Redis is slow or away.
REDIS_FAULTS: Final = (RedisError, OSError, TimeoutError)


def connect_redis(url: str, *, timeout_seconds: float = 0.05, pool_size: int = 64) -> RedisClient:
    """A client of the server at `url`; no call takes longer than `timeout_seconds`, connecting included, none is retried."""
    return Redis.from_url(
        url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        max_connections=pool_size,
        retry=Retry(NoBackoff(), 0),
        decode_responses=False,
    )
