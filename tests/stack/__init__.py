"""Real servers for tests: stores alone, or the whole stack, on free ports with data of their own."""

from deploy.benchmarks.servers import Server, start_mongod, start_redis
from tests.stack.local_stack import LocalStack
from tests.stack.replica_set import ReplicaSet, start_replica_set

__all__ = ["LocalStack", "ReplicaSet", "Server", "start_mongod", "start_redis", "start_replica_set"]
