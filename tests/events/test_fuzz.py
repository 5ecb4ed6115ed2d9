"""Events under operations that nobody thought of."""

from collections.abc import Callable
from typing import Any

import pytest

from subgraphs.runtime.mongo import Mongo
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer
from tests.fuzz.callers import SECONDS, fuzz_subgraph


@pytest.mark.fuzz
@pytest.mark.timeout(SECONDS)
async def test_no_caller_breaks_events(
    start_events: Callable[..., Any], mongo: Mongo, clock: FrozenClock, issuer: Issuer
) -> None:
    await fuzz_subgraph("events", await start_events(), mongo, clock, issuer)
