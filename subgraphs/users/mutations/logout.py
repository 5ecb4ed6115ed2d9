"""`logout`."""

from typing import Annotated

import strawberry

from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.session_result import InvalidCredentials
from subgraphs.users.operations import sessions
from subgraphs.users.operations.logout import logout as operation


@strawberry.input
class LogoutInput:
    refresh_token: str
    everywhere: bool = False


@strawberry.type
class LogoutSuccess:
    sessions_ended: int


LogoutResult = Annotated[LogoutSuccess | InvalidCredentials, strawberry.union("LogoutResult")]


async def logout(info: UsersInfo, input: LogoutInput) -> LogoutResult | None:
    outcome = await operation(info.context.dependencies, input.refresh_token, everywhere=input.everywhere)
    if isinstance(outcome, sessions.InvalidCredentials):
        return InvalidCredentials.of(outcome)
    return LogoutSuccess(sessions_ended=outcome)
