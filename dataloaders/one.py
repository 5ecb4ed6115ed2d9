"""One key, one value or none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

from dataloaders.batch import Batch, Key

Found = TypeVar("Found")


class One(Batch[Key, Found | None], Generic[Key, Found]):
    """Looks things up by a unique key; None for what is not there. `find` gives what it found, by key."""

    def __init__(self, find: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Found]]]) -> None:
        async def fetch(keys: Sequence[Key]) -> list[Found | Exception | None]:
            found = await find(keys)
            return [found.get(key) for key in keys]

        super().__init__(fetch)
