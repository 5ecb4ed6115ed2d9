"""The dataloaders of users."""

from collections.abc import Mapping, Sequence

from dataloaders import One, Pages
from subgraphs.runtime.connection import Cursors, Page, PageBounds
from subgraphs.runtime.recency import Recency
from subgraphs.users.model.notification import Notification
from subgraphs.users.model.user import User
from subgraphs.users.store.notifications import notification_pages, unread_counts
from subgraphs.users.store.users import users_by_id

NotificationPageArgs = tuple[bool, PageBounds, str]


class UsersById(One[str, User]):
    """A user, or None."""

    def __init__(self, recency: Recency) -> None:
        async def find(ids: Sequence[str]) -> Mapping[str, User]:
            return await users_by_id(await recency.database(), ids)

        super().__init__(find)


class NotificationsByUser(Pages[NotificationPageArgs, Page[Notification]]):
    """A page of each user's inbox; the arguments are whether only unread ones, the bounds, and the list's name."""

    def __init__(self, recency: Recency, cursors: Cursors) -> None:
        async def find(user_ids: Sequence[str], args: NotificationPageArgs) -> Mapping[str, Page[Notification]]:
            unread_only, bounds, scope = args
            return await notification_pages(await recency.database(), user_ids, unread_only, bounds, cursors, scope)

        super().__init__(find)


class UnreadByUser(One[str, int]):
    """How many notifications a user has not read; None is none."""

    def __init__(self, recency: Recency) -> None:
        async def find(user_ids: Sequence[str]) -> Mapping[str, int]:
            return await unread_counts(await recency.database(), user_ids)

        super().__init__(find)
