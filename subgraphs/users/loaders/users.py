"""The dataloader of users."""

from __future__ import annotations

from typing import Final

from subgraphs.runtime.cache import CachedEntityLoader, CacheUse, Entity, Policy, Scope
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.users.model.user import User
from subgraphs.users.store.users import profile_document, to_user, users_by_id

USER: Final = Entity(
    Policy(
        name="User",
        ttl=1800,
        scope=Scope.PUBLIC,
        tags=("User:{id}",),
        dump=profile_document,
        load=to_user,
        stale_for=300,
    ),
    users_by_id,
)


class UsersById(CachedEntityLoader[User]):
    """A user, or None. Who may see what of them is decided field by field."""

    def __init__(self, read_your_writes: ReadYourWrites, use: CacheUse) -> None:
        super().__init__(USER, read_your_writes, use)
