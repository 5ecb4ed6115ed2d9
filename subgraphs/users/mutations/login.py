"""`login`."""

from typing import Annotated

import strawberry

from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.session_result import LoginResult, session_result
from subgraphs.users.operations.login import login as operation


@strawberry.input
class LoginInput:
    """What a user signs in with."""

    email: str = strawberry.field(description="The address that the account was registered with; case does not matter.")
    password: str = strawberry.field(description="The account's password.")


async def login(
    info: UsersInfo, input: Annotated[LoginInput, strawberry.argument(description="Who signs in.")]
) -> LoginResult | None:
    """Signs in with an address and a password. Limited by account and network address."""
    return session_result(await operation(info.context.dependencies, input.email, input.password, info.context.address))
