"""Events, running in this process on stores of its own, with a stand-in for the users it asks."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from subgraphs.events.app import build
from subgraphs.events.settings import EventsSettings
from subgraphs.events.store import COLLECTIONS
from subgraphs.runtime.auth.revocations import Revocations
from subgraphs.runtime.mongo import Mongo, ensure_collections
from tests.events.users_service import UsersService
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer


@pytest.fixture
def users_service() -> UsersService:
    """What users would answer: changed by the test."""
    return UsersService()


@pytest.fixture
async def start_events(
    service_settings: dict[str, Any],
    mongo: Mongo,
    issuer: Issuer,
    clock: FrozenClock,
    nothing_revoked: Revocations,
    users_service: UsersService,
    exit_stack: Any,
) -> Callable[..., Any]:
    """Starts one more events process (in this one) on the same database."""
    await ensure_collections(mongo.write, COLLECTIONS)

    async def start(**changes: Any) -> InProcess:
        asking = {"users_url": "http://users/graphql", "service_token": "the token of events"}
        settings = EventsSettings(**{**service_settings, **asking, **changes})
        transport = httpx.ASGITransport(app=users_service)
        app, _ = build(settings, keys=issuer.keys, revocations=nothing_revoked, clock=clock, users_transport=transport)
        running: InProcess = await exit_stack.enter_async_context(InProcess(app))
        return running

    return start


@pytest.fixture
async def events(start_events: Callable[..., Any]) -> AsyncIterator[InProcess]:
    yield await start_events()
