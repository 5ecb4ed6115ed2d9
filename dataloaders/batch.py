"""aiodataloader, made safe: a caller that gives up spoils nothing for the others, an error spoils one key."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from functools import cached_property
from typing import Final, Generic, TypeVar

from aiodataloader import DataLoader

from dataloaders.observer import Nobody, Observer

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

MAX_BATCH: Final = 1000
_NOBODY: Final = Nobody()


class BatchCancelled(Exception):
    """The query of this batch was cancelled, as when the process ends."""


class Batch(Generic[Key, Value]):
    """Keys asked for in one turn of the event loop are fetched together, each once a request.

    `fetch` gets distinct keys and gives, in their order, a value or an exception for each. Lives one request, and tells
    `observer` of what it does.
    """

    def __init__(self, fetch: Callable[[Sequence[Key]], Awaitable[Sequence[Value | Exception]]]) -> None:
        async def guarded(keys: list[Key]) -> list[Value | Exception]:
            started, failed = time.perf_counter(), len(keys)
            try:
                values = list(await fetch(keys))
                failed = sum(isinstance(value, Exception) for value in values)
                return values
            except asyncio.CancelledError:
                # aiodataloader would leave every waiter hanging.
                raise BatchCancelled from None
            finally:
                self.observer.read(type(self).__name__, len(keys), failed, time.perf_counter() - started)

        self.observer: Observer = _NOBODY
        self._known: dict[Key, asyncio.Future[Value | Exception]] = {}
        self._guarded = guarded

    @cached_property
    def _loader(self) -> DataLoader[Key, Value | Exception]:
        # Made when something is asked for: a request has many loaders, and asks few.
        return DataLoader(self._guarded, max_batch_size=MAX_BATCH, cache_map=self._known)

    async def load(self, key: Key) -> Value:
        """The key's value, or its exception raised."""
        if key in self._known:
            self.observer.known(type(self).__name__)
        # Shielded, for a cancelled caller would cancel the future that all callers of the key share.
        value = await asyncio.shield(self._loader.load(key))
        if isinstance(value, Exception):
            raise value
        return value

    async def load_all(self, keys: Iterable[Key]) -> list[Value | Exception]:
        """The values in the keys' order, with the exception in the place of each that failed."""
        return await asyncio.gather(*(self.load(key) for key in keys), return_exceptions=True)  # type: ignore[return-value]

    def prime(self, key: Key, value: Value) -> None:
        """Puts in a value that the request has already read; a value that is there stays."""
        self._loader.prime(key, value)

    def clear(self, key: Key) -> None:
        """Forgets the key: after the request itself has changed what it stands for."""
        self._loader.clear(key)
