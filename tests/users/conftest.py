"""Users, running in this process on stores of its own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from subgraphs.runtime.mongo import Mongo, ensure_collections
from subgraphs.users.app import build
from subgraphs.users.keys import SigningKeys
from subgraphs.users.settings import UsersSettings
from subgraphs.users.store import COLLECTIONS
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer


@pytest.fixture
async def users(
    service_settings: dict[str, Any], mongo: Mongo, issuer: Issuer, clock: FrozenClock, tmp_path: Any
) -> AsyncIterator[InProcess]:
    await ensure_collections(mongo.write, COLLECTIONS)
    settings = UsersSettings(
        **service_settings, signing_keys_file=tmp_path, password_memory_kib=64, password_time_cost=1
    )
    app, _ = build(settings, keys=SigningKeys(issuer.private_set), clock=clock)
    async with InProcess(app) as running:
        yield running
