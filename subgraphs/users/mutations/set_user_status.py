"""`setUserStatus`."""

from typing import Annotated

import strawberry

from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict
from subgraphs.users.context import UsersInfo
from subgraphs.users.model import user as model
from subgraphs.users.mutations.user_success import UserSuccess, access_result
from subgraphs.users.operations.change_access import set_status as operation
from subgraphs.users.types.users import UserStatus


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
    context = info.context
    outcome = await operation(
        context.dependencies,
        context.identity.id or "",
        input.user_id,
        input.expected_version,
        model.UserStatus(input.status.value),
        input.reason,
    )
    return await access_result(context, outcome)
