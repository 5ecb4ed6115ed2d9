"""The cache's parts, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from subgraphs.runtime.cache.cache import Cache
from subgraphs.runtime.cache.generations import Generations
from subgraphs.runtime.cache.redis_access import Link
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.redis import RedisPlace
from subgraphs.runtime.redis.cluster import ClusterWire
from subgraphs.runtime.redis.pipeline import LIMIT_SECONDS
from subgraphs.runtime.redis.server import RedisWire


def build_cache(redis_url: str, database: str, clock: Clock, *, limit_seconds: float = LIMIT_SECONDS) -> Cache:
    """The cache of a process that answers requests. Values of one database are shared by all that name it."""
    return Cache(_link(redis_url, database, limit_seconds=limit_seconds), clock)


@dataclass(frozen=True, slots=True)
class Raiser:
    """Raises tags, and reads nothing: what a worker needs of the cache."""

    generations: Generations
    link: Link

    async def raise_tags(self, tags: Sequence[str]) -> None:
        """As `Cache.raise_tags`."""
        await self.generations.raise_tags(tags)

    async def close(self) -> None:
        """Tries once more what is owed, and closes the connections."""
        await self.generations.close()
        await self.link.close()


def build_raiser(redis_url: str, database: str) -> Raiser:
    """The raiser of a worker, for the tags of the subgraph whose database it is."""
    link = _link(redis_url, database)
    return Raiser(Generations(link), link)


def _link(redis_url: str, database: str, *, limit_seconds: float = LIMIT_SECONDS) -> Link:
    place = RedisPlace.parse(redis_url)
    wire = ClusterWire(place) if place.is_cluster else RedisWire(redis_url)
    return Link(wire, database, is_cluster=place.is_cluster, limit_seconds=limit_seconds)
