"""`refreshSession`."""

from typing import Annotated

import strawberry

from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.session_result import RefreshSessionResult, session_result
from subgraphs.users.operations.refresh_session import refresh_session as operation


@strawberry.input
class RefreshSessionInput:
    """The session to go on with."""

    refresh_token: str = strawberry.field(description="The refresh token of the session's last pair.")


async def refresh_session(
    info: UsersInfo,
    input: Annotated[RefreshSessionInput, strawberry.argument(description="The session to go on with.")],
) -> RefreshSessionResult | None:
    """Exchanges a refresh token for the session's next pair of tokens. Each refresh token works once."""
    return session_result(await operation(info.context.dependencies, input.refresh_token))
