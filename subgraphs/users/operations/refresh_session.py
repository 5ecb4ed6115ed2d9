"""Refresh a session: one refresh token for the next pair, once."""

from subgraphs.runtime.results import RateLimited
from subgraphs.users.model.session import (
    REFRESH_TOKEN_LIFETIME,
    NewSession,
    RefreshVerdict,
    judge_reuse,
    new_refresh_token,
    token_hash,
    user_of_token,
)
from subgraphs.users.model.user import UserStatus
from subgraphs.users.operations.dependencies import Dependencies
from subgraphs.users.operations.sessions import AccountSuspended, InvalidCredentials, SessionTokens, signed_in


async def refresh_session(
    dependencies: Dependencies, refresh_token: str
) -> SessionTokens | InvalidCredentials | AccountSuspended | RateLimited:
    """Of many calls with one token, one gets the next pair.

    A token used again within 10 s is refused; later, it was stolen from one of its two users, and the session ends for
    both.
    """
    user_id = user_of_token(refresh_token)
    if user_id is None:
        return InvalidCredentials()
    limited = await dependencies.rate_limits.refresh(token_hash(refresh_token))
    if limited is not None:
        return limited
    user = await dependencies.users.user(user_id)
    if user is None:
        return InvalidCredentials()
    now = dependencies.clock.now()
    if user.status is UserStatus.SUSPENDED:
        # Said only to who holds the session: anybody can write another's id before a dot.
        held = await dependencies.sessions.session_of(user_id, refresh_token, now)
        return InvalidCredentials() if held is None else AccountSuspended()
    successor = new_refresh_token(user_id)
    expires_at = now + REFRESH_TOKEN_LIFETIME
    rotated = await dependencies.sessions.rotate(user_id, refresh_token, successor, expires_at, now)
    if rotated is not None:
        return signed_in(dependencies, user, NewSession(rotated["_id"], user_id, successor, expires_at), now)
    earlier = await dependencies.sessions.earlier_use(user_id, refresh_token)
    if earlier is not None and judge_reuse(earlier[1], now) is RefreshVerdict.STOLEN:
        await dependencies.sessions.end_session(user_id, earlier[0])
    return InvalidCredentials()
