"""The dataloader of badges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dataloaders import Pages
from subgraphs.rewards.model.reward import Award
from subgraphs.rewards.store.badges import badge_pages
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds

PlainPageArgs = tuple[PageBounds, str]


class BadgesByUser(Pages[PlainPageArgs, Page[Award]]):
    """A page of each user's badges."""

    def __init__(self, read_your_writes: ReadYourWrites, cursors: Cursors) -> None:
        async def find(user_ids: Sequence[str], args: PlainPageArgs) -> Mapping[str, Page[Award]]:
            bounds, scope = args
            return await badge_pages(await read_your_writes.database(), user_ids, bounds, cursors, scope)

        super().__init__(find)
