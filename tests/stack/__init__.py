"""Real servers for tests: stores alone, or the whole stack, on free ports with data of their own."""

from tests.stack.local_stack import LocalStack
from tests.stack.stores import Server, start_mongod, start_redis

__all__ = ["LocalStack", "Server", "start_mongod", "start_redis"]
