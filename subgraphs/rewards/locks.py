"""KeyedLocks: in one process one transaction at a time writes an offer's stock, and one books a call on a user's wallet.

Transactions of one process would only make each other start again; those of other processes still may.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable


class KeyedLocks:
    """Who comes first is served first."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._wanted: dict[str, int] = {}

    @contextlib.asynccontextmanager
    async def hold(self, place: str) -> AsyncIterator[None]:
        """Inside, nobody else of this process is at the place: an offer's or a user's id."""
        lock = self._locks.setdefault(place, asyncio.Lock())
        self._wanted[place] = self._wanted.get(place, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._wanted[place] -= 1
            if not self._wanted[place]:
                del self._wanted[place], self._locks[place]

    @contextlib.asynccontextmanager
    async def hold_all(self, places: Iterable[str]) -> AsyncIterator[None]:
        """The same for several places; always taken in one order, so that nobody waits in a circle."""
        async with contextlib.AsyncExitStack() as stack:
            for place in sorted(set(places)):
                await stack.enter_async_context(self.hold(place))
            yield
