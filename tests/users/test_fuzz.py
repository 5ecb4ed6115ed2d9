"""Users under operations that nobody thought of."""

from collections.abc import Callable
from typing import Any

import pytest

from subgraphs.runtime.mongo import Mongo
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer
from tests.fuzz.callers import SECONDS, fuzz_subgraph


@pytest.mark.fuzz
@pytest.mark.timeout(SECONDS)
async def test_no_caller_breaks_users(
    start_users: Callable[..., Any], mongo: Mongo, clock: FrozenClock, issuer: Issuer
) -> None:
    await fuzz_subgraph("users", await start_users(), mongo, clock, issuer)
