"""Fixtures of the whole suite: real stores for each run, one database for each test."""

import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql.execution.executor import Executor
from hypothesis import settings
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern

from router.binary import find_router
from router.node import ensure_node_modules
from subgraphs.runtime.auth.revocations import Revocations, Standing
from subgraphs.runtime.clients.tls import tls_context
from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.settings import StoreSettings
from tests.fixtures.client import ROUTER_SECRET
from tests.fixtures.clock import FrozenClock
from tests.fixtures.commands import COMMANDS, CommandLog
from tests.fixtures.graph import Graph
from tests.fixtures.issuer import Issuer
from tests.fixtures.members import Observed
from tests.fixtures.queries import QUERIES, TESTS_APP
from tests.stack import LocalStack, start_mongod, start_redis

# A busy machine is no counter-example.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
pytest_plugins = ["tests.fixtures.leak_check", "tests.fixtures.records"]
CLIENTS = Path(__file__).parent / "clients"
_SERVERS = {
    "mongo_url",
    "redis_url",
    "redis",
    "cluster",
    "stack",
    "lagging_stack",
    "graph",
    "real_router",
    "client_packages",
    "visit",
}


@pytest.fixture(scope="session", autouse=True)
def _queries_are_collected() -> Iterator[None]:
    """Every client that a subgraph under test makes in this process is listened to."""

    class Listened(AsyncIOMotorClient[Any]):
        def __init__(self, *arguments: Any, appname: str, **options: Any) -> None:
            listeners = [] if appname == TESTS_APP else [QUERIES]
            super().__init__(*arguments, appname=appname, event_listeners=listeners, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("subgraphs.runtime.mongo.client.AsyncIOMotorClient", Listened)
        yield


@pytest.fixture(scope="session", autouse=True)
def _members_are_collected() -> Iterator[None]:
    """What the unions of the subgraphs in this process turn out to be is noted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Executor, "ensure_valid_runtime_type", Observed.ensure_valid_runtime_type)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses a server, however indirectly, is marked so; `make check` leaves those out. Those marked `last` look
    back on the others.
    """
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)
    for item in items:
        if _SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A replica set of one, made for this run."""
    with start_mongod(tmp_path_factory.mktemp("mongo")) as server:
        yield server.url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server, made for this run."""
    with start_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture(scope="session")
def real_router() -> Path:
    """The router's binary. Without one there is nothing to test: a skip on a person's machine, a failure in CI."""
    binary = find_router(os.environ, lambda _: None)
    if binary is None:
        message = "the Apollo Router could not be had (see router/binary.py)"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    assert binary is not None
    return binary


@pytest.fixture(scope="session")
def client_packages() -> Path:
    """`node_modules` of the clients' packages from npm, as locked."""
    ensure_node_modules(print, CLIENTS)
    return CLIENTS / "node_modules"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The whole stack with the real router, on ports and data of its own. Without a router there is nothing to test:
    a skip on a person's machine, a failure in CI.
    """
    with LocalStack(tmp_path_factory.mktemp("stack")) as running:
        if running.gateway != "router":
            message = "the Apollo Router could not be had (see router/binary.py)"
            pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
        yield running


@pytest.fixture
async def graph(stack: LocalStack) -> AsyncIterator[Graph]:
    """A client of the router."""
    async with httpx.AsyncClient(verify=tls_context(), timeout=30, limits=httpx.Limits(max_connections=400)) as http:
        yield Graph(stack, http)


@pytest.fixture
async def database_name(mongo_url: str) -> AsyncIterator[str]:
    """The name of a database of the test's own, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    yield name
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    # Nobody waits for what is dropped to be on a disk.
    await client.get_database(name, write_concern=WriteConcern(1)).command("dropDatabase")
    client.close()


@pytest.fixture
async def mongo(mongo_url: str, database_name: str) -> AsyncIterator[Mongo]:
    """Connections to the test's own database, as a subgraph has them."""
    connections = Mongo(StoreSettings(mongo_url=mongo_url, mongo_database=database_name), app_name=TESTS_APP)
    yield connections
    connections.close()


@pytest.fixture
def service_settings(mongo_url: str, redis_url: str, database_name: str) -> dict[str, Any]:
    """What every subgraph's settings class needs, as keyword arguments."""
    return {
        "mongo_url": mongo_url,
        "mongo_database": database_name,
        "redis_url": redis_url,
        # A busy machine is no fault of Redis; tests of faults ask for the real limit.
        "cache_limit_seconds": 5,
        # Where the clock stands still a rate gives nothing back.
        "operation_limit": "999999/60",
        "viewer_limit": "999999/60",
        "port": 0,
        "router_secret": ROUTER_SECRET,
        "cursor_secret": "the-cursor-secret-of-the-tests",
        "jwks_url": "http://127.0.0.1:9/unused",
        "revocations_url": "http://127.0.0.1:9/unused",
    }


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """The issuer that the subgraphs under test trust."""
    return Issuer()


@pytest.fixture
def nothing_revoked() -> Revocations:
    """Nobody's roles or status changed lately."""

    async def fetch() -> dict[str, Standing]:
        return {}

    return Revocations(fetch)


@pytest.fixture
def clock() -> FrozenClock:
    """Stands at 2026-03-02T12:00Z until moved."""
    return FrozenClock()


@pytest.fixture
def commands() -> CommandLog:
    """Counts database commands: `with commands.recording() as sent`."""
    return COMMANDS


@pytest.fixture
async def exit_stack() -> AsyncIterator[contextlib.AsyncExitStack]:
    """Closes at the test's end whatever is entered into it."""
    async with contextlib.AsyncExitStack() as stack:
        yield stack
