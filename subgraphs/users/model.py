"""The domain in plain Python: users, their sessions, and the rules of what they may call themselves."""

import hashlib
import importlib.resources
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

from email_validator import EmailNotValidError, validate_email

from subgraphs.runtime.checks import timezones
from subgraphs.runtime.ids import random_id
from subgraphs.runtime.outcomes import Violation

ACCESS_TOKEN_LIFETIME: Final = timedelta(minutes=15)
REFRESH_TOKEN_LIFETIME: Final = timedelta(days=30)
# Two tabs that refresh at once are no theft; a token that comes back later is.
REUSE_GRACE: Final = timedelta(seconds=10)
MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 128
MAX_DISPLAY_NAME: Final = 50
NOWHERE: Final = "zz"
_COMMON_PASSWORDS: Final = frozenset(
    {
        "1234567890",
        "password12",
        "password123",
        "qwertyuiop",
        "0123456789",
        "1q2w3e4r5t",
        "iloveyou12",
        "passwordpassword",
    }
)


class Role(StrEnum):
    USER = "USER"
    OPERATOR = "OPERATOR"
    AUDITOR = "AUDITOR"
    ADMIN = "ADMIN"


class UserStatus(StrEnum):
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account. `display_name` and `email` are None once the person is erased."""

    id: str
    display_name: str | None
    email: str | None
    roles: frozenset[Role]
    status: UserStatus
    region: str | None
    timezone: str | None
    created_at: datetime
    version: int


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


def new_user_id(region: str | None) -> str:
    """An id that begins with the region of registration, so that data can be placed by it for ever."""
    return (region or NOWHERE).lower() + random_id()


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


def normalise_email(address: str) -> str | None:
    """The one form of an address under which it is unique, or None when it is no address."""
    try:
        checked = validate_email(unicodedata.normalize("NFKC", address).strip(), check_deliverability=False)
    except EmailNotValidError:
        return None
    return checked.normalized.casefold()


def email_key(normalised: str) -> str:
    """The id under which an address is taken."""
    return hashlib.sha256(normalised.encode()).hexdigest()


def check_password(path: tuple[str, ...], password: str, *forbidden: str) -> list[Violation]:
    """10 to 128 characters, none of the commonest, not the name or the address. Length is what helps; see NIST 800-63B."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        return [Violation(path, "PASSWORD_LENGTH", f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")]
    folded = password.casefold()
    if folded in _COMMON_PASSWORDS or folded in {text.casefold() for text in forbidden} or len(set(password)) < 3:
        return [Violation(path, "PASSWORD_WEAK", "this password is too easy to guess")]
    return []


def check_display_name(path: tuple[str, ...], name: str) -> list[Violation]:
    """1 to 50 printable characters once trimmed."""
    trimmed = name.strip()
    if 1 <= len(trimmed) <= MAX_DISPLAY_NAME and trimmed.isprintable():
        return []
    return [Violation(path, "DISPLAY_NAME", f"a display name has 1 to {MAX_DISPLAY_NAME} printable characters")]


def check_region(path: tuple[str, ...], region: str | None) -> list[Violation]:
    """An ISO 3166-1 alpha-2 code, in capitals, or none."""
    if region is None or region in regions():
        return []
    return [Violation(path, "REGION", "a region is an ISO 3166-1 alpha-2 code, as in KR")]


def check_timezone(path: tuple[str, ...], timezone: str | None) -> list[Violation]:
    """An IANA name, or none."""
    if timezone is None or timezone in timezones():
        return []
    return [Violation(path, "TIMEZONE", "a time zone is an IANA name, as in Asia/Seoul")]


@cache
def regions() -> frozenset[str]:
    """The ISO 3166-1 alpha-2 codes, as the time zone database lists them."""
    table = importlib.resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#"))
