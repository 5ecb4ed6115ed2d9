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
    """A user's new roles."""

    user_id: strawberry.ID = strawberry.field(description="Whose roles are set.")
    roles: list[Role] = strawberry.field(
        description="All roles that the user has from now on; USER is always among them."
    )
    reason: str = strawberry.field(description="Why, for the audit trail: 1 to 500 characters.")
    expected_version: int = strawberry.field(
        description="The user's `version` when it was read; when another stands, nothing is changed."
    )


SetRolesResult = Annotated[
    UserSuccess | NotFound | ValidationFailed | VersionConflict,
    strawberry.union("SetRolesResult", description="What `setRoles` answers."),
]


async def set_roles(
    info: UsersInfo, input: Annotated[SetRolesInput, strawberry.argument(description="The user and their new roles.")]
) -> SetRolesResult | None:
    """For admins: sets what a user may do. Takes hold in every subgraph within 5 seconds."""
    context = info.context
    outcome = await operation(
        context.dependencies,
        context.identity.id or "",
        input.user_id,
        input.expected_version,
        [model.Role(role.name) for role in input.roles],
        input.reason,
    )
    return await access_result(context, outcome)
