"""Log out: end this session, or all of the user's."""

from subgraphs.users.model.session import user_of_token
from subgraphs.users.operations.dependencies import Dependencies
from subgraphs.users.operations.sessions import InvalidCredentials


async def logout(dependencies: Dependencies, refresh_token: str, *, everywhere: bool) -> int | InvalidCredentials:
    """How many sessions ended. Only a session's current token can end it."""
    user_id = user_of_token(refresh_token)
    now = dependencies.clock.now()
    session = await dependencies.sessions.session_of(user_id, refresh_token, now) if user_id else None
    if session is None or user_id is None:
        return InvalidCredentials()
    if everywhere:
        return await dependencies.sessions.end_all_sessions(user_id)
    return await dependencies.sessions.end_session(user_id, session["_id"])
