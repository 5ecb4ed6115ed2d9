"""mongod and Redis alone, on free ports: for measurements and tests."""

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local import stores
from deploy.local.child import kill_group, start_child, tail
from deploy.local.ports import free_ports
from deploy.local.supervisor import Process


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers at `url`."""

    url: str
    port: int
    pid: int


@contextlib.contextmanager
def start_mongod(folder: Path, *, test_commands: bool = True) -> Iterator[Server]:
    """A replica set of one, with failCommand at hand."""
    port = free_ports().mongo
    process = stores.mongod(port, folder, os.environ, cache_gib=0.5, test_commands=test_commands)
    with _running(process, folder) as pid:
        yield Server(stores.mongo_url(port), port, pid)


@contextlib.contextmanager
def start_redis(folder: Path) -> Iterator[Server]:
    """A Redis server."""
    port = free_ports().redis
    with _running(stores.redis(port, folder, os.environ), folder) as pid:
        yield Server(stores.redis_url(port), port, pid)


@contextlib.contextmanager
def _running(process: Process, folder: Path) -> Iterator[int]:
    log = folder / f"{process.name}.log"
    child = start_child(process.command, process.environ, log)
    try:
        deadline = time.monotonic() + process.ready_seconds
        while not asyncio.run(process.ready()):  # type: ignore[arg-type]
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{process.name} did not start:\n{tail(log)}")
            time.sleep(0.05)
        yield child.pid
    finally:
        kill_group(child)
        child.wait()
