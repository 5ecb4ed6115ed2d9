"""What every use case with sessions shares: the tokens of a session, and telling others of a login."""

from dataclasses import dataclass
from datetime import datetime

from subgraphs.runtime.auth.identity import Kind, sign_token
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.messaging.outbox import Message, new_message
from subgraphs.runtime.mongo import Mongo
from subgraphs.users.model.session import ACCESS_TOKEN_LIFETIME, NewSession
from subgraphs.users.model.user import User
from subgraphs.users.operations.rate_limits import RateLimits
from subgraphs.users.passwords import Passwords
from subgraphs.users.signing_keys import SigningKeys
from subgraphs.users.store.notifications import Inbox
from subgraphs.users.store.sessions import SessionStore
from subgraphs.users.store.users import UserStore, user_tags


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What the use cases work with."""

    mongo: Mongo
    users: UserStore
    sessions: SessionStore
    inbox: Inbox
    rate_limits: RateLimits
    passwords: Passwords
    keys: SigningKeys
    issuer: str
    clock: Clock


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
        kind=Kind.USER,
        subject=user.id,
        roles=user.roles,
        issued_at=now,
        expires_at=expires_at,
        session_id=session.id,
    )
    return SessionTokens(user, access_token, expires_at, session.refresh_token, session.expires_at)


def login_message(session: NewSession, now: datetime) -> Message:
    """Tells others that the user signed in."""
    payload = {"userId": session.user_id, "sessionId": session.id, "at": now}
    return new_message("users.login", session.user_id, payload, now)


def profile_message(user: User, now: datetime) -> Message:
    """Tells others what rules may ask of a user."""
    payload = {
        "userId": user.id,
        "region": user.region,
        "timezone": user.timezone,
        "createdAt": user.created_at,
        "version": user.version,
    }
    return new_message("users.profile", user.id, payload, now, tags=user_tags(user.id))
