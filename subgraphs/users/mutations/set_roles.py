"""`setRoles`."""

from typing import Annotated

import strawberry

from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict
from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.user_success import UserSuccess
from subgraphs.users.types import Role


@strawberry.input
class SetRolesInput:
    user_id: strawberry.ID
    roles: list[Role]
    reason: str
    expected_version: int


SetRolesResult = Annotated[
    UserSuccess | NotFound | ValidationFailed | VersionConflict, strawberry.union("SetRolesResult")
]


async def set_roles(info: UsersInfo, input: SetRolesInput) -> SetRolesResult | None:
    return None
