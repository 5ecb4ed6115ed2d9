"""The Redis client: short limits, because whatever it does the database can do without it."""

from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.retry import Retry

from subgraphs.runtime.redis.cluster import ClusterPipeline
from subgraphs.runtime.redis.pipeline import LIMIT_SECONDS, Command, Pipeline, RedisUnavailable
from subgraphs.runtime.redis.server import ServerPipeline
from subgraphs.runtime.redis.url import RedisUrl


class ClusterClient:
    """A cluster, with the commands of the client that are used here.

    The library's own cannot keep the limit: whenever a server is away it asks for all commands that the others know
    before it goes on.
    """

    def __init__(self, pipeline: Pipeline, *, timeout_seconds: float) -> None:
        self._pipeline = pipeline
        self._timeout_seconds = timeout_seconds

    async def set(self, key: str, value: bytes, *, ex: int) -> Any:
        """Sets a key for `ex` seconds."""
        return await self._run(("SET", key, value, "EX", ex))

    async def exists(self, key: str) -> Any:
        """1 when the key is there, 0 when it is not."""
        return await self._run(("EXISTS", key))

    async def delete(self, key: str) -> Any:
        """Removes a key; gives how many there were."""
        return await self._run(("DEL", key))

    async def eval(self, script: str, number: int, key: str, *arguments: str) -> Any:
        """What a script says that uses one key."""
        return await self._run(("EVAL", script, number, key, *arguments))

    async def aclose(self) -> None:
        """Ends the connections."""
        await self._pipeline.close()

    async def _run(self, command: Command) -> Any:
        try:
            (value,) = (await self._pipeline.run([command], seconds=self._timeout_seconds)).values
        except RedisUnavailable as away:
            raise NotConnected(str(away)) from away
        if isinstance(value, RedisUnavailable):
            raise NotConnected(str(value)) from value
        if isinstance(value, Exception):
            raise value
        return value


RedisClient: TypeAlias = Redis | ClusterClient


def connect_pipeline(url: str) -> Pipeline:
    """Returns the pipeline to the server, or the cluster, at `url`; it connects when first used.

    Raises ValueError for a URL that is not Redis's.
    """
    parsed = RedisUrl.parse(url)
    return ClusterPipeline(parsed) if parsed.is_cluster else ServerPipeline(url)


def connect_redis(
    url: str, *, pipeline: Pipeline | None = None, timeout_seconds: float = LIMIT_SECONDS, pool_size: int = 64
) -> RedisClient:
    """Returns a client for single commands to the server, or the cluster, at `url`; it connects when first used.

    No call takes longer than `timeout_seconds`, connecting included, and none is retried. To a cluster it sends through
    `pipeline`, where one is given, so that a process has one map of the cluster and one connection pool a server. Raises
    ValueError for a URL that is not Redis's.
    """
    if RedisUrl.parse(url).is_cluster:
        return ClusterClient(pipeline or connect_pipeline(url), timeout_seconds=timeout_seconds)
    return Redis.from_url(
        url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        max_connections=pool_size,
        retry=Retry(NoBackoff(), 0),
        decode_responses=False,
    )
