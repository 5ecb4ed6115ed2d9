"""Real servers for tests: stores alone, or the whole stack, on free ports with data of their own."""

from tests.stack.local_stack import LocalStack
from tests.stack.replica_set import ReplicaSet, start_replica_set
from tests.stack.stores import Server, start_mongod, start_redis

__all__ = ["LocalStack", "ReplicaSet", "Server", "start_mongod", "start_redis", "start_replica_set"]
