"""The tokens of a session, and the refusals that every use case with sessions shares."""

from dataclasses import dataclass
from datetime import datetime

from subgraphs.runtime.auth.identity import CallerKind, sign_token
from subgraphs.users.model.session import ACCESS_TOKEN_LIFETIME, NewSession
from subgraphs.users.model.user import User
from subgraphs.users.operations.dependencies import Dependencies


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """A session's tokens, for its owner alone."""

    user: User
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime


@dataclass(frozen=True, slots=True)
class InvalidCredentials:
    """Who this is cannot be told; why is not said."""


@dataclass(frozen=True, slots=True)
class AccountSuspended:
    """The account is suspended."""


def signed_in(dependencies: Dependencies, user: User, session: NewSession, now: datetime) -> SessionTokens:
    """The answer to whoever has just proved who they are."""
    expires_at = now + ACCESS_TOKEN_LIFETIME
    access_token = sign_token(
        dependencies.keys.current(now),
        issuer=dependencies.issuer,
        kind=CallerKind.USER,
        subject=user.id,
        roles=user.roles,
        issued_at=now,
        expires_at=expires_at,
        session_id=session.id,
    )
    return SessionTokens(user, access_token, expires_at, session.refresh_token, session.expires_at)
