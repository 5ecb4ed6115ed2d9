"""The dataloaders of notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dataloaders import One, Pages
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds
from subgraphs.runtime.pagination.queries import Fields
from subgraphs.users.model.notification import Notification
from subgraphs.users.store.notifications import notification_pages, unread_counts

NotificationPageArgs = tuple[bool, PageBounds, str, Fields]


class NotificationsByUser(Pages[NotificationPageArgs, Page[Notification]]):
    """A page of each user's inbox.

    The arguments are whether only unread ones, the bounds, the list's name, and which stored fields are asked for.
    """

    def __init__(self, read_your_writes: ReadYourWrites, cursors: Cursors) -> None:
        async def find(user_ids: Sequence[str], args: NotificationPageArgs) -> Mapping[str, Page[Notification]]:
            unread_only, bounds, scope, fields = args
            database = await read_your_writes.database()
            return await notification_pages(database, user_ids, unread_only, bounds, cursors, scope, fields)

        super().__init__(find)


class UnreadByUser(One[str, int]):
    """How many notifications a user has not read; None is none."""

    def __init__(self, read_your_writes: ReadYourWrites) -> None:
        super().__init__(read_your_writes.reading(unread_counts))
