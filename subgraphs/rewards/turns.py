"""Turns at offers: in one process one transaction at a time writes an offer's stock.

Transactions of one process would only make each other start again; those of other processes still may.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable


class Turns:
    """Who comes first is served first."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._wanted: dict[str, int] = {}

    @contextlib.asynccontextmanager
    async def at(self, offer_id: str) -> AsyncIterator[None]:
        """Inside, nobody else of this process is at the offer."""
        lock = self._locks.setdefault(offer_id, asyncio.Lock())
        self._wanted[offer_id] = self._wanted.get(offer_id, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._wanted[offer_id] -= 1
            if not self._wanted[offer_id]:
                del self._wanted[offer_id], self._locks[offer_id]

    @contextlib.asynccontextmanager
    async def at_all(self, offer_ids: Iterable[str]) -> AsyncIterator[None]:
        """The same for several offers; always taken in one order, so that nobody waits in a circle."""
        async with contextlib.AsyncExitStack() as stack:
            for offer_id in sorted(set(offer_ids)):
                await stack.enter_async_context(self.at(offer_id))
            yield
