"""A stack of a benchmark's own: the processes of `make run`, on free ports and data that go with it."""

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from deploy.local.ports import free_ports
from deploy.local.stack import Options, Stack


@contextlib.asynccontextmanager
async def own_stack() -> AsyncIterator[Stack]:
    """Runs while the block does. Stores that the environment names are left alone: a load goes to 127.0.0.1 only."""
    environ = {name: value for name, value in os.environ.items() if name not in ("MONGO_URL", "REDIS_URL")}
    # A load is few viewers who call without end.
    environ |= dict.fromkeys(("OPERATION_LIMIT", "VIEWER_LIMIT"), "999999/1")
    with tempfile.TemporaryDirectory(prefix="laurel-load-") as data:
        stack = Stack(Options(free_ports(), Path(data), environ), print)
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()
