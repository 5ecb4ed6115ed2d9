"""Profiles as events knows them: kept from users' messages, and asked of users for whom no message has come yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from subgraphs.events.model.profile import Profile
from subgraphs.events.store.profiles import keep_profiles, profiles_by_user
from subgraphs.runtime.clients.subgraph import SubgraphClient, SubgraphUnavailable
from subgraphs.runtime.mongo import Database, Mongo

_PROFILES: Final = """
query Profiles($of: [_Any!]!) {
  _entities(representations: $of) { ... on User { id region timezone createdAt version } }
}
"""


class Profiles:
    """Profiles by user; one that users had to be asked for is kept."""

    def __init__(self, mongo: Mongo, users: SubgraphClient) -> None:
        self._mongo = mongo
        self._users = users

    async def of(self, database: Database, user_ids: Sequence[str]) -> list[Profile | Exception | None]:
        """For each user the profile, None without an account, or SubgraphUnavailable where that could not be told."""
        known = await profiles_by_user(database, user_ids)
        missing = [user_id for user_id in user_ids if user_id not in known]
        if not missing:
            return [known[user_id] for user_id in user_ids]
        try:
            asked = await self._ask(missing)
        except SubgraphUnavailable as error:
            return [known.get(user_id, error) for user_id in user_ids]
        await keep_profiles(self._mongo, asked)
        known |= {profile.user_id: profile for profile in asked}
        return [known.get(user_id) for user_id in user_ids]

    async def one(self, user_id: str) -> Profile | None:
        """The profile, or None without an account. Raises SubgraphUnavailable."""
        (found,) = await self.of(self._mongo.write, [user_id])
        if isinstance(found, Exception):
            raise found
        return found

    async def close(self) -> None:
        """Closes the way to users."""
        await self._users.close()

    async def _ask(self, user_ids: Sequence[str]) -> list[Profile]:
        return [
            Profile(
                user_id=found["id"],
                region=found["region"],
                timezone=found["timezone"],
                created_at=datetime.fromisoformat(found["createdAt"]),
                version=found["version"],
            )
            for found in await self._users.entities(_PROFILES, "User", user_ids)
            if found is not None
        ]
