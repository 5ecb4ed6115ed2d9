"""`refreshSession`."""

import strawberry

from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.session_result import RefreshSessionResult, session_result
from subgraphs.users.operations.refresh_session import refresh_session as operation


@strawberry.input
class RefreshSessionInput:
    refresh_token: str


async def refresh_session(info: UsersInfo, input: RefreshSessionInput) -> RefreshSessionResult | None:
    return session_result(await operation(info.context.dependencies, input.refresh_token))
