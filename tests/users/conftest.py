"""Users, running in this process on stores of its own."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from subgraphs.runtime.auth.revocations import Revocations
from subgraphs.runtime.mongo import Mongo, ensure_collections
from subgraphs.users.app import build
from subgraphs.users.settings import UsersSettings
from subgraphs.users.signing_keys import SigningKeys
from subgraphs.users.store import COLLECTIONS
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer

StartUsers = Callable[..., Awaitable[InProcess]]


@pytest.fixture
async def start_users(
    service_settings: dict[str, Any],
    mongo: Mongo,
    issuer: Issuer,
    clock: FrozenClock,
    tmp_path: Any,
    nothing_revoked: Revocations,
    exit_stack: contextlib.AsyncExitStack,
) -> StartUsers:
    """Starts a users process (in this one). Its limits are wide unless said: all tests share one Redis."""
    await ensure_collections(mongo.write, COLLECTIONS)
    wide = {name: "10000/60" for name in UsersSettings.model_fields if name.endswith("_limit")}

    async def start(*, with_revocations: bool = False, **changes: Any) -> InProcess:
        fast = {"password_memory_kib": 64, "password_time_cost": 1}
        settings = UsersSettings(**{**service_settings, **fast, **wide, "signing_keys_file": tmp_path, **changes})
        revocations = None if with_revocations else nothing_revoked
        app, _ = build(settings, keys=SigningKeys(issuer.private_set), revocations=revocations, clock=clock)
        return await exit_stack.enter_async_context(InProcess(app))

    return start


@pytest.fixture
async def users(start_users: StartUsers) -> InProcess:
    return await start_users()
