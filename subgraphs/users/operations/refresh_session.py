"""Refresh a session: one refresh token for the next pair, once."""

from subgraphs.users.model import (
    REFRESH_TOKEN_LIFETIME,
    RefreshVerdict,
    UserStatus,
    judge_reuse,
    new_refresh_token,
    user_of_token,
)
from subgraphs.users.operations.sessions import SignedIn, Suspended, Tools, WrongCredentials, signed_in


async def refresh_session(tools: Tools, refresh_token: str) -> SignedIn | WrongCredentials | Suspended:
    """Of many calls with one token, one gets the next pair. A token used again within 10 s is refused; later, it was
    stolen from one of its two users, and the session ends for both."""
    user_id = user_of_token(refresh_token)
    if user_id is None:
        return WrongCredentials()
    user = await tools.store.user(user_id)
    if user is None:
        return WrongCredentials()
    if user.status is UserStatus.SUSPENDED:
        return Suspended()
    now = tools.clock.now()
    successor = new_refresh_token(user_id)
    expires_at = now + REFRESH_TOKEN_LIFETIME
    if await tools.store.rotate(user_id, refresh_token, successor, expires_at, now):
        return signed_in(tools, user, successor, expires_at, now)
    earlier = await tools.store.earlier_use(user_id, refresh_token)
    if earlier is not None and judge_reuse(earlier[1], now) is RefreshVerdict.STOLEN:
        await tools.store.end_session(user_id, earlier[0])
    return WrongCredentials()
