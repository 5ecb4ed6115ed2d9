"""Rewards under operations that nobody thought of."""

from collections.abc import Callable
from typing import Any

import pytest

from subgraphs.runtime.mongo import Mongo
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer
from tests.fuzz.callers import SECONDS, fuzz_subgraph


@pytest.mark.fuzz
@pytest.mark.timeout(SECONDS)
async def test_no_caller_breaks_rewards(
    start_rewards: Callable[..., Any], mongo: Mongo, clock: FrozenClock, issuer: Issuer
) -> None:
    await fuzz_subgraph("rewards", await start_rewards(), mongo, clock, issuer)
