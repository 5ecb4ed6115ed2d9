"""`setUserStatus`."""

from typing import Annotated

import strawberry

from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict
from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.user_success import UserSuccess
from subgraphs.users.types import UserStatus


@strawberry.input
class SetUserStatusInput:
    user_id: strawberry.ID
    status: UserStatus
    reason: str
    expected_version: int


SetUserStatusResult = Annotated[
    UserSuccess | NotFound | ValidationFailed | VersionConflict, strawberry.union("SetUserStatusResult")
]


async def set_user_status(info: UsersInfo, input: SetUserStatusInput) -> SetUserStatusResult | None:
    return None
