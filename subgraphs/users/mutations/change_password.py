"""`changePassword`."""

from typing import Annotated

import strawberry

from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import RateLimited, ValidationFailed
from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.session_result import InvalidCredentials
from subgraphs.users.mutations.user_success import UserSuccess
from subgraphs.users.operations import sessions
from subgraphs.users.operations.change_password import change_password as operation
from subgraphs.users.types.users import User


@strawberry.input
class ChangePasswordInput:
    """A new password, and the present one as the proof of who asks."""

    current_password: str = strawberry.field(description="The present password.")
    new_password: str = strawberry.field(
        description="10 to 128 characters; not a common one, and neither the user's name nor their address."
    )


ChangePasswordResult = Annotated[
    UserSuccess | InvalidCredentials | ValidationFailed | RateLimited,
    strawberry.union("ChangePasswordResult", description="What `changePassword` answers."),
]


async def change_password(
    info: UsersInfo,
    input: Annotated[ChangePasswordInput, strawberry.argument(description="The present password and the new one.")],
) -> ChangePasswordResult | None:
    """Changes the signed-in user's password and ends every other session."""
    context = info.context
    viewer = context.identity
    outcome = await operation(
        context.dependencies, viewer.user_id or "", viewer.session_id, input.current_password, input.new_password
    )
    match outcome:
        case sessions.InvalidCredentials():
            return InvalidCredentials.of(outcome)
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.RateLimited():
            return RateLimited.of(outcome)
    await context.read_your_writes.mark_written()
    return UserSuccess(user=User.of(outcome))
