"""A Redis server of the test's own, behind a proxy, and events processes that reach it so."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from subgraphs.events.app import build
from subgraphs.events.model.event import Event
from subgraphs.events.settings import EventsSettings
from subgraphs.events.store import COLLECTIONS
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.auth.revocations import Revocations
from subgraphs.runtime.clock import SystemClock
from subgraphs.runtime.mongo import Mongo, ensure_collections
from tests.events.conftest import start_events, users_service
from tests.events.factories import an_event
from tests.events.users_service import UsersService
from tests.fixtures.client import InProcess
from tests.fixtures.issuer import Issuer
from tests.fixtures.proxy import Proxy
from tests.stack import Server, start_redis
from tests.users.conftest import start_users

__all__ = ["start_events", "start_users", "users_service"]

ONE = "query One($id: ID!) { event(id: $id) { name version } }"
LIST = "{ events(filter: {statuses: [ACTIVE]}) { edges { node { id name version } } } }"
RENAME = """mutation Rename($id: ID!, $version: Int!, $name: String!) {
  updateEvent(input: { id: $id, expectedVersion: $version, name: $name }) { ... on EventSuccess { event { version } } } }"""


class OwnRedis:
    """A server that can be stopped for good, and started anew on other data. `proxy` stands before it."""

    def __init__(self, folder: Path, proxy: Proxy) -> None:
        self._folder = folder
        self._starts = 0
        self._running = contextlib.ExitStack()
        self.proxy = proxy
        self.server: Server

    async def start(self, data: Path | None = None) -> None:
        """Starts it, on a copy of `data` or on nothing, and lets the proxy lead to it."""
        self._starts += 1
        folder = self._folder / str(self._starts)
        if data is not None:
            shutil.copytree(data, folder)
        self.server = await asyncio.to_thread(self._running.enter_context, start_redis(folder))
        self.proxy.mend(self.server.port)

    async def kill(self) -> None:
        """Ends it at once."""
        await asyncio.to_thread(self._running.close)

    async def dump(self) -> Path:
        """A copy of its data as of now."""
        await self.command("CONFIG", "SET", "appendfsync", "always")
        await self.command("SET", "marker", "1")
        copy = self._folder / f"dump-{self._starts}"
        shutil.copytree(self._folder / str(self._starts), copy, ignore=shutil.ignore_patterns("*.log"))
        return copy

    async def command(self, *words: str | int) -> Any:
        """Sends a command, past the proxy."""
        client = Redis(host="127.0.0.1", port=self.server.port)
        try:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]
        finally:
            await client.aclose()


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[OwnRedis]:
    async with Proxy(0) as proxy:
        own = OwnRedis(tmp_path, proxy)
        await own.start()
        yield own
        await own.kill()


StartEvents = Callable[..., Awaitable[InProcess]]


@pytest.fixture
async def start(
    service_settings: dict[str, Any],
    mongo: Mongo,
    issuer: Issuer,
    nothing_revoked: Revocations,
    exit_stack: contextlib.AsyncExitStack,
) -> StartEvents:
    """Starts an events process (in this one) that reaches Redis at an URL, by the machine's clock."""
    await ensure_collections(mongo.write, COLLECTIONS)

    async def started(redis_url: str, **changes: Any) -> InProcess:
        asking = {"users_url": "http://users/graphql", "service_token": "the token of events", "redis_url": redis_url}
        settings = EventsSettings(**{**service_settings, **asking, **changes})
        transport = httpx.ASGITransport(app=UsersService())
        app, _ = build(
            settings, keys=issuer.keys, revocations=nothing_revoked, clock=SystemClock(), users_transport=transport
        )
        return await exit_stack.enter_async_context(InProcess(app))

    return started


@pytest.fixture
async def twenty(mongo: Mongo) -> list[Event]:
    """Twenty events that are open."""
    events = [an_event(id=f"ev{n}", name=f"Event {n}") for n in range(20)]
    await mongo.write["events"].insert_many([event_document(event) for event in events])
    return events


async def metrics(process: InProcess) -> str:
    """What it publishes for Prometheus."""
    return (await process.http.get("/metrics")).text


async def renamed(process: InProcess, issuer: Issuer, event_id: str, version: int) -> int:
    """Changes an event's name to `Version <n>`; gives the version that was acknowledged."""
    variables = {"id": event_id, "version": version, "name": f"Version {version + 1}"}
    answer = await process.graphql(RENAME, variables, token=issuer.token("kr-operator", "OPERATOR"))
    acknowledged: int = answer.data["updateEvent"]["event"]["version"]
    return acknowledged


async def until(condition: Callable[[], Any], seconds: float = 20) -> None:
    """Returns when the condition holds; a condition may be asked for by a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.02)
