"""What users says of accounts: whether there is one."""

from typing import Final

from subgraphs.runtime.clients.subgraph import SubgraphClient

_KNOWN: Final = "query Known($of: [_Any!]!) { _entities(representations: $of) { ... on User { id } } }"


class UsersClient:
    """Asks users directly, as a service."""

    def __init__(self, users: SubgraphClient) -> None:
        self._users = users

    async def knows(self, user_id: str) -> bool:
        """Whether there is such an account. Raises SubgraphUnavailable."""
        (found,) = await self._users.entities(_KNOWN, "User", [user_id])
        return found is not None

    async def close(self) -> None:
        """Closes the way to users."""
        await self._users.close()
