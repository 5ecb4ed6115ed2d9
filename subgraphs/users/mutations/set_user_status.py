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
    """A user's new status."""

    user_id: strawberry.ID = strawberry.field(description="Whose status is set.")
    status: UserStatus = strawberry.field(description="The new status.")
    reason: str = strawberry.field(description="Why, for the audit trail: 1 to 500 characters.")
    expected_version: int = strawberry.field(
        description="The user's `version` when it was read; when another stands, nothing is changed."
    )


SetUserStatusResult = Annotated[
    UserSuccess | NotFound | ValidationFailed | VersionConflict,
    strawberry.union("SetUserStatusResult", description="What `setUserStatus` answers."),
]


async def set_user_status(
    info: UsersInfo,
    input: Annotated[SetUserStatusInput, strawberry.argument(description="The user and their new status.")],
) -> SetUserStatusResult | None:
    """For admins: suspends a user or lifts that. Takes hold in every subgraph within 5 seconds."""
    context = info.context
    outcome = await operation(
        context.dependencies,
        context.identity.id or "",
        input.user_id,
        input.expected_version,
        model.UserStatus(input.status.name),
        input.reason,
    )
    return await access_result(context, outcome)
