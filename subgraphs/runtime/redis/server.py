"""One server of Redis: connections that know which run of it they lead to."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError
from redis.retry import Retry

from subgraphs.runtime.redis.pipeline import LIMIT_SECONDS, Command, RedisUnavailable, Reply
from subgraphs.runtime.redis.url import REDIS_FAULTS

# Time is told in so many ticks: when this process was too busy to listen, that is one tick, however long it was.
_TICKS: Final = 5
_ROUND_TRIPS_AT_ONCE: Final = 32
# What a connection knows of its server is asked anew after this. Shorter than any failover and return takes: a master that
# was another's replica meanwhile may have its old data and its old connections.
_KNOWN_SECONDS: Final = 1.0
_ASK_RUN: Final = (b"INFO", b"server"), (b"INFO", b"replication")


@dataclass(frozen=True, slots=True)
class Answered:
    """What one server replied, in the commands' order."""

    run_id: str
    values: list[Any]
    waited: float = 0.0


class Server:
    """Connections of the cache's own to one server."""

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

    async def run(self, commands: Sequence[Command], seconds: float) -> Answered:
        """One round trip. Raises RedisUnavailable after `seconds`, connecting included."""
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
            await self.disconnect()
            raise RedisUnavailable(
                type(error).__name__, min(seconds, asyncio.get_running_loop().time() - started)
            ) from error
        finally:
            trip.cancel()
        raise RedisUnavailable("late", seconds)

    async def disconnect(self) -> None:
        """Ends the connections that are not in use."""
        await self._pool.disconnect(inuse_connections=False)

    async def close(self) -> None:
        """Ends all connections."""
        await self._pool.aclose()

    async def _round_trip(self, commands: Sequence[Command]) -> Answered:
        async with self._slots:
            return await self._send_and_read(commands)

    async def _send_and_read(self, commands: Sequence[Command]) -> Answered:
        connection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
        try:
            now = asyncio.get_running_loop().time()
            asked = _ASK_RUN if now - getattr(connection, "asked_at", 0.0) > _KNOWN_SECONDS else ()
            await connection.send_packed_command(b"".join(map(_packed, (*asked, *commands))), check_health=False)
            if asked:
                connection.run_id = _run_id([await _read(connection) for _ in asked])
                connection.asked_at = now
            values = [await _read(connection) for _ in commands]
        except BaseException:
            # Replies that were not read would be taken for those of the next commands.
            await connection.disconnect(nowait=True)
            raise
        finally:
            await self._pool.release(connection)
        return Answered(connection.run_id, values)


class ServerPipeline:
    """The way to a Redis that is one server."""

    def __init__(self, url: str) -> None:
        self._server = Server(url)

    async def run(self, commands: Sequence[Command], *, seconds: float = LIMIT_SECONDS, insist: bool = False) -> Reply:
        """Sends all commands to the one server; see `Pipeline.run`."""
        answered = await self._server.run(commands, seconds)
        return Reply([answered.run_id] * len(commands), answered.values, answered.waited)

    async def close(self) -> None:
        """Closes the connections."""
        await self._server.close()


def _packed(command: Command) -> bytes:
    """The command as it is sent; the client's own packing takes twice as long as Redis does."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in command]
    return b"*%d\r\n%b" % (len(parts), b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts))


async def _greet(connection: AbstractConnection) -> None:
    await connection.on_connect()
    # What an earlier connection of this object knew may be of another server.
    connection.asked_at = float("-inf")  # type: ignore[attr-defined]


def _run_id(replies: Sequence[Any]) -> str:
    """Returns an id of this start of the server, and of this time of its being the master.

    A replica that takes over begins a history of its own, which has an id, and so does a master that comes back.
    """
    for reply in replies:
        if isinstance(reply, ResponseError):
            raise reply
    text = b"\n".join(reply if isinstance(reply, bytes) else str(reply).encode() for reply in replies).decode()
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return hashlib.sha256(f"{fields['run_id']} {fields.get('master_replid', '')}".encode()).hexdigest()[:32]


async def _read(connection: AbstractConnection) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as error:
        return error
