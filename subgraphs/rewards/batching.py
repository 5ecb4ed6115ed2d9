"""KeyedBatcher: work on one key goes one group at a time, and what arrives meanwhile makes up the next group.

As a database's log commits: a lone item waits for nobody, a crowd shares the cost.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
Result = TypeVar("Result")


class KeyedBatcher(Generic[Key, Item, Result]):
    """`run` gets a key and up to `most` items in order of arrival, and gives a result or an exception for each."""

    def __init__(
        self, run: Callable[[Key, Sequence[Item]], Awaitable[Sequence[Result | Exception]]], *, max_batch: int
    ) -> None:
        self._run = run
        self._max_batch = max_batch
        self._waiting: dict[Key, deque[tuple[Item, asyncio.Future[Result]]]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def submit(self, key: Key, item: Item) -> Result:
        """The item's result. Who stops waiting is left out, unless their group is under way already."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        lane = self._waiting.get(key)
        if lane is None:
            lane = self._waiting[key] = deque()
            task = asyncio.create_task(self._drive(key, lane))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        lane.append((item, future))
        return await future

    async def close(self) -> None:
        """Waits for the groups under way."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _drive(self, key: Key, lane: deque[tuple[Item, "asyncio.Future[Result]"]]) -> None:
        try:
            while lane:
                group = [lane.popleft() for _ in range(min(self._max_batch, len(lane)))]
                await self._settle(key, [entry for entry in group if not entry[1].done()])
        finally:
            del self._waiting[key]

    async def _settle(self, key: Key, group: list[tuple[Item, "asyncio.Future[Result]"]]) -> None:
        if not group:
            return
        results: Sequence[Result | Exception]
        try:
            results = await self._run(key, [item for item, _ in group])
        except Exception as error:
            results = [error] * len(group)
        for (_, future), result in zip(group, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
