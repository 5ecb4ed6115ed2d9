"""`logout`."""

from typing import Annotated

import strawberry

from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.session_result import InvalidCredentials
from subgraphs.users.operations import sessions
from subgraphs.users.operations.logout import logout as operation


@strawberry.input
class LogoutInput:
    """Which session to end."""

    refresh_token: str = strawberry.field(description="The session's present refresh token.")
    everywhere: bool = strawberry.field(
        default=False, description="True ends all sessions of the user; false only this one."
    )


@strawberry.type
class LogoutSuccess:
    """The sessions have ended: their refresh tokens work no more."""

    sessions_ended: int = strawberry.field(description="How many sessions ended, this one included.")


LogoutResult = Annotated[
    LogoutSuccess | InvalidCredentials, strawberry.union("LogoutResult", description="What `logout` answers.")
]


async def logout(
    info: UsersInfo, input: Annotated[LogoutInput, strawberry.argument(description="The session to end.")]
) -> LogoutResult | None:
    """Ends this session, or all sessions of the user."""
    outcome = await operation(info.context.dependencies, input.refresh_token, everywhere=input.everywhere)
    if isinstance(outcome, sessions.InvalidCredentials):
        return InvalidCredentials.of(outcome)
    return LogoutSuccess(sessions_ended=outcome)
