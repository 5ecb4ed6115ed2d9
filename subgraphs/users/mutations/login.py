"""`login`."""

import strawberry

from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.session_result import LoginResult, session_result
from subgraphs.users.operations.login import login as operation


@strawberry.input
class LoginInput:
    email: str
    password: str


async def login(info: UsersInfo, input: LoginInput) -> LoginResult | None:
    return session_result(await operation(info.context.dependencies, input.email, input.password, info.context.address))
