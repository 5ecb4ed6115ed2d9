"""`refreshSession`."""

from typing import Annotated

import strawberry

from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.session_result import RefreshSessionResult, session_result
from subgraphs.users.operations.refresh_session import refresh_session as operation


@strawberry.input(description="The session to go on with.")
class RefreshSessionInput:
    refresh_token: str = strawberry.field(description="The refresh token of the session's last pair.")


async def refresh_session(
    info: UsersInfo,
    input: Annotated[RefreshSessionInput, strawberry.argument(description="The session to go on with.")],
) -> RefreshSessionResult | None:
    return session_result(await operation(info.context.dependencies, input.refresh_token))
