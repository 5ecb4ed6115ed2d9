"""`updateProfile`."""

from typing import Annotated

import strawberry

from subgraphs.runtime.graphql.refusals import ValidationFailed, VersionConflict
from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.user_success import UserSuccess


@strawberry.input
class UpdateProfileInput:
    display_name: str | None = strawberry.UNSET
    region: str | None = strawberry.UNSET
    timezone: str | None = strawberry.UNSET
    expected_version: int


UpdateProfileResult = Annotated[
    UserSuccess | ValidationFailed | VersionConflict, strawberry.union("UpdateProfileResult")
]


async def update_profile(info: UsersInfo, input: UpdateProfileInput) -> UpdateProfileResult | None:
    return None
