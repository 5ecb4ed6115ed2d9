"""Work that is tried again while others change what it decided by."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from pymongo.errors import DuplicateKeyError

from subgraphs.runtime.mongo import CommitUnknown

DEFAULT_RETRY_SECONDS: Final = 5.0
T = TypeVar("T")


class Conflict(Exception):
    """What a transaction decided by is no longer so."""


async def retry_on_conflict(attempt: Callable[[], Awaitable[T]], *, deadline: float | None = None) -> T:
    """What `attempt` gives, tried again after jittered waits while an index or a condition refuses it.

    Until `deadline` (of the monotonic clock; in five seconds unless said). Raises CommitUnknown when time runs out.
    """
    ends_at = time.monotonic() + DEFAULT_RETRY_SECONDS if deadline is None else deadline
    tries = 0
    while True:
        try:
            return await attempt()
        except (DuplicateKeyError, Conflict):
            tries += 1
            if time.monotonic() >= ends_at:
                raise CommitUnknown from None
            await asyncio.sleep(random.uniform(0, min(0.1, 0.002 * 2**tries)))
