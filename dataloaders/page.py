"""One parent, one page of its children; pages with equal bounds are read together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dataloaders.batch import Batch

Args = TypeVar("Args", bound=Hashable)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class PageOf(Generic[Args]):
    """A page that is asked for: whose, and with which filter, sort and bounds (hashable)."""

    parent_id: str
    args: Args


class Pages(Batch[PageOf[Args], Found], Generic[Args, Found]):
    """Reads the pages of many parents, one call of `find` for each distinct `args`; an args that fails spoils only itself.

    `find` gets the parents' ids and the args, and gives a page for each parent.
    """

    def __init__(self, find: Callable[[Sequence[str], Args], Awaitable[Mapping[str, Found]]]) -> None:
        async def fetch(keys: Sequence[PageOf[Args]]) -> list[Found | Exception]:
            parents: defaultdict[Args, list[str]] = defaultdict(list)
            for key in keys:
                parents[key.args].append(key.parent_id)
            pages: dict[Args, Mapping[str, Found] | Exception] = {}
            for args, parent_ids in parents.items():
                try:
                    pages[args] = await find(parent_ids, args)
                except Exception as error:
                    pages[args] = error
            return [_of(pages[key.args], key.parent_id) for key in keys]

        super().__init__(fetch)

    async def page(self, parent_id: str, args: Args) -> Found:
        """The page of this parent."""
        return await self.load(PageOf(parent_id, args))


def _of(found: Mapping[str, Found] | Exception, parent_id: str) -> Found | Exception:
    return found if isinstance(found, Exception) else found[parent_id]
