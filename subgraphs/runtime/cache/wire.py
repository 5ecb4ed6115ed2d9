"""One round trip to Redis: single-key commands, their replies, and the id of the server's run that gave them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeAlias

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError
from redis.retry import Retry

from subgraphs.runtime.redis import REDIS_FAULTS

Command: TypeAlias = tuple[str | bytes | int, ...]
LIMIT_SECONDS: Final = 0.05
# Time is told in so many ticks: when this process was too busy to listen, that is one tick, however long it was.
_TICKS: Final = 5
_ROUND_TRIPS_AT_ONCE: Final = 32


class Away(Exception):
    """Redis did not answer in time, or not at all. `waited`: seconds."""

    def __init__(self, why: str, waited: float = 0.0) -> None:
        super().__init__(why)
        self.waited = waited


@dataclass(frozen=True, slots=True)
class Reply:
    """The replies in the commands' order, an error as a ResponseError in its place; `run_id` changes whenever the server
    starts, or another takes over. `waited`: seconds."""

    run_id: str
    values: list[Any]
    waited: float = 0.0


class Wire(Protocol):
    """The way to Redis."""

    async def run(self, commands: Sequence[Command], *, seconds: float = LIMIT_SECONDS) -> Reply:
        """Sends all, then reads all. Each has one key, and none depends on another having been carried out before it by
        another server. Raises Away after `seconds`, connecting included."""
        ...

    async def close(self) -> None: ...


class RedisWire:
    """Connections of the cache's own, each of which knows the run of the server that it leads to."""

    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool.from_url(
            url,
            max_connections=_ROUND_TRIPS_AT_ONCE,
            protocol=2,
            # The whole trip has a limit; one for each reply would only cost.
            socket_timeout=None,
            socket_connect_timeout=None,
            retry=Retry(NoBackoff(), 0),
            decode_responses=False,
            redis_connect_func=_greet,
        )
        self._slots = asyncio.Semaphore(_ROUND_TRIPS_AT_ONCE)

    async def run(self, commands: Sequence[Command], *, seconds: float = LIMIT_SECONDS) -> Reply:
        trip = asyncio.ensure_future(self._round_trip(commands))
        started = asyncio.get_running_loop().time()
        try:
            for tick in range(1, _TICKS + 1):
                await asyncio.wait((trip,), timeout=seconds / _TICKS)
                if trip.done():
                    elapsed = asyncio.get_running_loop().time() - started
                    return replace(trip.result(), waited=min(elapsed, tick * seconds / _TICKS))
        except REDIS_FAULTS as error:
            # The server is likely gone, and the other connections lead to it too.
            await self._pool.disconnect(inuse_connections=False)
            raise Away(type(error).__name__, min(seconds, asyncio.get_running_loop().time() - started)) from error
        finally:
            trip.cancel()
        raise Away("late", seconds)

    async def _round_trip(self, commands: Sequence[Command]) -> Reply:
        async with self._slots:
            return await self._send_and_read(commands)

    async def _send_and_read(self, commands: Sequence[Command]) -> Reply:
        connection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
        try:
            await connection.send_packed_command(b"".join(map(_packed, commands)), check_health=False)
            values = [await _read(connection) for _ in commands]
        except BaseException:
            # Replies that were not read would be taken for those of the next commands.
            await connection.disconnect(nowait=True)
            raise
        finally:
            await self._pool.release(connection)
        return Reply(_run_ids(connection), values)

    async def close(self) -> None:
        await self._pool.aclose()


def _packed(command: Command) -> bytes:
    """The command as it is sent; the client's own packing takes twice as long as Redis does."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in command]
    return b"*%d\r\n%b" % (len(parts), b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts))


async def _greet(connection: AbstractConnection) -> None:
    await connection.on_connect()
    await connection.send_command("INFO", "server")
    info = await connection.read_response()
    text = info.decode() if isinstance(info, bytes) else str(info)
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    connection.run_id = fields["run_id"]  # type: ignore[attr-defined]


def _run_ids(connection: AbstractConnection) -> str:
    run_id: str = connection.run_id  # type: ignore[attr-defined]
    return run_id


async def _read(connection: AbstractConnection) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as error:
        return error
