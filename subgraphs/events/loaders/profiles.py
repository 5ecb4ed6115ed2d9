"""The dataloader of profiles."""

from __future__ import annotations

from collections.abc import Sequence

from dataloaders.batch import Batch
from subgraphs.events.clients.profiles import Profiles
from subgraphs.events.model.profile import Profile
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites


class ProfilesByUser(Batch[str, Profile | None]):
    """What users tells of a user, or None without an account.

    A key raises SubgraphUnavailable where that could not be told.
    """

    def __init__(self, profiles: Profiles, read_your_writes: ReadYourWrites) -> None:
        async def fetch(user_ids: Sequence[str]) -> list[Profile | Exception | None]:
            return await profiles.of(await read_your_writes.database(), user_ids)

        super().__init__(fetch)
