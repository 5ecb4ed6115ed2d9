"""Sessions: tokens that work once, and what a second use means."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from subgraphs.runtime.ids import random_id

ACCESS_TOKEN_LIFETIME: Final = timedelta(minutes=15)
REFRESH_TOKEN_LIFETIME: Final = timedelta(days=30)
# Two tabs that refresh at once are no theft; a token that comes back later is.
REUSE_GRACE: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be stored, and the refresh token, which only its owner ever sees."""

    id: str
    user_id: str
    refresh_token: str
    expires_at: datetime


class RefreshVerdict(StrEnum):
    """What the second use of a refresh token means."""

    UNKNOWN = "unknown"
    TOO_SOON = "used a moment ago: refused, the session lives"
    STOLEN = "used long ago: the session ends"


def new_session(user_id: str, now: datetime) -> NewSession:
    """A session of 30 days."""
    return NewSession(random_id(), user_id, new_refresh_token(user_id), now + REFRESH_TOKEN_LIFETIME)


def new_refresh_token(user_id: str) -> str:
    """A random token that names its user, so that its look-up goes to one shard."""
    return f"{user_id}.{random_id(43)}"


def user_of_token(refresh_token: str) -> str | None:
    """Whom a refresh token claims to be of; None when it has not the form of one."""
    user_id, dot, secret = refresh_token.partition(".")
    return user_id if dot and secret and 0 < len(user_id) <= 64 and refresh_token.isascii() else None


def token_hash(refresh_token: str) -> str:
    """What is stored of a refresh token. It is random and long, so one fast hash suffices."""
    return hashlib.sha256(refresh_token.encode()).hexdigest()


def judge_reuse(used_at: datetime, now: datetime) -> RefreshVerdict:
    """A token that was used before, at `used_at`: used twice at nearly once, or stolen."""
    return RefreshVerdict.TOO_SOON if now - used_at <= REUSE_GRACE else RefreshVerdict.STOLEN
