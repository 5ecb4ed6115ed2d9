"""Redis, as one server or as a cluster: the client for single commands, and the pipeline for many at once.

url       where it is, as a setting says
pipeline  one round trip, and which run of which server answered
circuit_breaker   when to stop asking
server    connections to one server
slots     which part of a cluster a key is in
cluster   each command to the server that has its slot
client    single commands
"""

from subgraphs.runtime.redis.client import RedisClient, connect_pipeline, connect_redis
from subgraphs.runtime.redis.url import REDIS_FAULTS, RedisUrl

__all__ = ["REDIS_FAULTS", "RedisClient", "RedisUrl", "connect_pipeline", "connect_redis"]
