"""The cache's parts, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from subgraphs.runtime.cache.cache import Cache
from subgraphs.runtime.cache.generations import Generations
from subgraphs.runtime.cache.redis_access import RedisAccess
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.redis import RedisUrl, connect_pipeline
from subgraphs.runtime.redis.pipeline import LIMIT_SECONDS, Pipeline


def build_cache(
    redis_url: str,
    database: str,
    clock: Clock,
    *,
    limit_seconds: float = LIMIT_SECONDS,
    pipeline: Pipeline | None = None,
) -> Cache:
    """Returns the cache of a process that answers requests; values are shared by all processes that name the database.

    One look-up waits `limit_seconds` for Redis at most. `pipeline` is the one to send through; a new one unless given.
    """
    return Cache(_access(redis_url, database, pipeline, limit_seconds=limit_seconds), clock)


@dataclass(frozen=True, slots=True)
class Invalidator:
    """Raises tags, and reads nothing: what a worker needs of the cache."""

    generations: Generations
    redis: RedisAccess

    async def invalidate(self, tags: Sequence[str]) -> None:
        """As `Cache.invalidate`."""
        await self.generations.invalidate(tags)

    async def close(self) -> None:
        """Tries once more what is owed, and closes the connections."""
        await self.generations.close()
        await self.redis.close()


def build_invalidator(redis_url: str, database: str) -> Invalidator:
    """Returns the invalidator of a worker, for the tags of the subgraph whose database it is."""
    redis = _access(redis_url, database, None)
    return Invalidator(Generations(redis), redis)


def _access(
    redis_url: str, database: str, pipeline: Pipeline | None, *, limit_seconds: float = LIMIT_SECONDS
) -> RedisAccess:
    is_cluster = RedisUrl.parse(redis_url).is_cluster
    used = pipeline or connect_pipeline(redis_url)
    return RedisAccess(used, database, is_cluster=is_cluster, limit_seconds=limit_seconds)
