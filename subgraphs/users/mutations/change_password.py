"""`changePassword`."""

from typing import Annotated

import strawberry

from subgraphs.runtime.graphql.refusals import RateLimited, ValidationFailed
from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.session_result import InvalidCredentials
from subgraphs.users.mutations.user_success import UserSuccess


@strawberry.input
class ChangePasswordInput:
    current_password: str
    new_password: str


ChangePasswordResult = Annotated[
    UserSuccess | InvalidCredentials | ValidationFailed | RateLimited, strawberry.union("ChangePasswordResult")
]


async def change_password(info: UsersInfo, input: ChangePasswordInput) -> ChangePasswordResult | None:
    return None
