"""How often claims are refused, and why: counted in the process and written once a second.

The counts are approximate: a process that is killed loses those of its last second, and one whose write was not
acknowledged may count them twice. No claim waits for them.
"""

import asyncio
from collections import Counter
from typing import Final

import structlog
from pymongo.errors import PyMongoError

from subgraphs.rewards.store.stats import RefusalStore

FLUSH_SECONDS: Final = 1.0
# While the store is away, so many (event, code) pairs are kept; refusals of further ones are not counted.
MAX_KEPT: Final = 10_000
log = structlog.get_logger("refusals")


class RefusalCounter:
    """The refusals of this process."""

    def __init__(self, store: RefusalStore) -> None:
        self._store = store
        self._counts: Counter[tuple[str, str]] = Counter()

    def count(self, event_id: str, code: str) -> None:
        """Counts one refusal."""
        if (event_id, code) in self._counts or len(self._counts) < MAX_KEPT:
            self._counts[event_id, code] += 1

    async def run(self) -> None:
        """Writes once a second, until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Writes what was counted. When the store is away it is kept for the next time."""
        if not self._counts:
            return
        counts, self._counts = self._counts, Counter()
        try:
            await self._store.add(counts)
        except PyMongoError as error:
            log.warning("refusals not counted yet", error=type(error).__name__)
            self._counts.update(counts)
