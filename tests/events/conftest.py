"""Events, running in this process on stores of its own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from subgraphs.events.app import build
from subgraphs.events.settings import EventsSettings
from subgraphs.events.store import COLLECTIONS
from subgraphs.runtime.mongo import Mongo, ensure_collections
from subgraphs.runtime.revocations import Revocations
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer


@pytest.fixture
async def events(
    service_settings: dict[str, Any], mongo: Mongo, issuer: Issuer, clock: FrozenClock, nothing_revoked: Revocations
) -> AsyncIterator[InProcess]:
    await ensure_collections(mongo.write, COLLECTIONS)
    app, _ = build(EventsSettings(**service_settings), keys=issuer.keys, revocations=nothing_revoked, clock=clock)
    async with InProcess(app) as running:
        yield running
