"""Rewards, running in this process on stores of its own, with a stand-in for the events it asks."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from subgraphs.rewards.app import build
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.settings import RewardsSettings
from subgraphs.rewards.store import COLLECTIONS
from subgraphs.runtime.auth.revocations import Revocations
from subgraphs.runtime.mongo import Mongo, ensure_collections
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer
from tests.rewards.claiming import Claiming
from tests.rewards.events_service import EventsService
from tests.rewards.reward_client import Moving
from tests.rewards.users_service import UsersService


@pytest.fixture
def events_service() -> EventsService:
    """What events would answer: changed by the test."""
    return EventsService()


@pytest.fixture
def users_service() -> UsersService:
    """What users would answer: changed by the test."""
    return UsersService()


@pytest.fixture
async def start_rewards(
    service_settings: dict[str, Any],
    mongo: Mongo,
    issuer: Issuer,
    clock: FrozenClock,
    nothing_revoked: Revocations,
    events_service: EventsService,
    users_service: UsersService,
    exit_stack: Any,
) -> Callable[..., Any]:
    """Starts one more rewards process (in this one) on the same database."""
    await ensure_collections(mongo.write, COLLECTIONS)

    async def start(**changes: Any) -> InProcess:
        settings = RewardsSettings(
            **{
                **service_settings,
                "events_url": "http://events/graphql",
                "users_url": "http://users/graphql",
                "service_token": "the token of rewards",
                # The clock stands still, so nothing that was counted is ever forgotten.
                "claim_limit": "100000/60",
                **changes,
            }
        )
        app, _ = build(
            settings,
            keys=issuer.keys,
            revocations=nothing_revoked,
            clock=clock,
            events_transport=httpx.ASGITransport(app=events_service),
            users_transport=httpx.ASGITransport(app=users_service),
        )
        running: InProcess = await exit_stack.enter_async_context(InProcess(app))
        return running

    return start


@pytest.fixture
async def rewards(start_rewards: Callable[..., Any]) -> AsyncIterator[InProcess]:
    yield await start_rewards(claim_seconds=20)


@pytest.fixture
def claiming(rewards: InProcess, mongo: Mongo, issuer: Issuer, clock: FrozenClock) -> Claiming:
    """Makes offers, claims them, and checks that everything adds up."""
    return Claiming(rewards, mongo, issuer, clock)


@pytest.fixture
def moving(claiming: Claiming) -> Moving:
    """Takes requests further, and books on wallets."""
    return Moving(claiming)


@pytest.fixture
def stores(mongo: Mongo, clock: FrozenClock, rewards: InProcess) -> Stores:
    """The stores as a worker has them, on the database of the running process."""
    return Stores.over(mongo, clock)
