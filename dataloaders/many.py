"""One key, a short list of values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

from dataloaders.batch import Batch, Key

Item = TypeVar("Item")


class Many(Batch[Key, list[Item]], Generic[Key, Item]):
    """Looks up the bounded list that belongs to each key; empty where there is nothing. `find` gives the lists by key."""

    def __init__(self, find: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Sequence[Item]]]]) -> None:
        async def fetch(keys: Sequence[Key]) -> list[list[Item] | Exception]:
            found = await find(keys)
            return [list(found.get(key, ())) for key in keys]

        super().__init__(fetch)
