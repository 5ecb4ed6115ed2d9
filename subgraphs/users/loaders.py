"""The dataloaders of users."""

from collections.abc import Mapping, Sequence

from dataloaders import One
from subgraphs.runtime.recency import Recency
from subgraphs.users.model import User
from subgraphs.users.store import users_by_id


class UsersById(One[str, User]):
    """A user, or None."""

    def __init__(self, recency: Recency) -> None:
        async def find(ids: Sequence[str]) -> Mapping[str, User]:
            return await users_by_id(await recency.database(), ids)

        super().__init__(find)
