"""`setRoles`."""

from typing import Annotated

import strawberry

from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict
from subgraphs.users.context import UsersInfo
from subgraphs.users.model import user as model
from subgraphs.users.mutations.user_success import UserSuccess, access_result
from subgraphs.users.operations.change_access import set_roles as operation
from subgraphs.users.types.users import Role


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
    context = info.context
    outcome = await operation(
        context.dependencies,
        context.identity.id or "",
        input.user_id,
        input.expected_version,
        [model.Role(role.value) for role in input.roles],
        input.reason,
    )
    return await access_result(context, outcome)
