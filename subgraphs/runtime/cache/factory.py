"""The cache's parts, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from subgraphs.runtime.cache.cache import Cache
from subgraphs.runtime.cache.generations import Generations
from subgraphs.runtime.cache.redis_access import RedisAccess
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.redis import RedisUrl
from subgraphs.runtime.redis.cluster import ClusterPipeline
from subgraphs.runtime.redis.pipeline import LIMIT_SECONDS
from subgraphs.runtime.redis.server import ServerPipeline


def build_cache(redis_url: str, database: str, clock: Clock, *, limit_seconds: float = LIMIT_SECONDS) -> Cache:
    """The cache of a process that answers requests. Values of one database are shared by all that name it."""
    return Cache(_redis(redis_url, database, limit_seconds=limit_seconds), clock)


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
    """The invalidator of a worker, for the tags of the subgraph whose database it is."""
    redis = _redis(redis_url, database)
    return Invalidator(Generations(redis), redis)


def _redis(redis_url: str, database: str, *, limit_seconds: float = LIMIT_SECONDS) -> RedisAccess:
    place = RedisUrl.parse(redis_url)
    pipeline = ClusterPipeline(place) if place.is_cluster else ServerPipeline(redis_url)
    return RedisAccess(pipeline, database, is_cluster=place.is_cluster, limit_seconds=limit_seconds)
