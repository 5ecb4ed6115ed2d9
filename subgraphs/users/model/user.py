"""Users: who they are, and the rules of what they may call themselves."""

import hashlib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from email_validator import EmailNotValidError, validate_email

from subgraphs.runtime.ids import random_id
from subgraphs.runtime.results import Violation
from subgraphs.runtime.validators import regions, timezones

MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 128
MAX_DISPLAY_NAME: Final = 50
MAX_REASON: Final = 500
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
    """What a user may do."""

    USER = "USER"
    OPERATOR = "OPERATOR"
    AUDITOR = "AUDITOR"
    ADMIN = "ADMIN"


class UserStatus(StrEnum):
    """Whether a user may do anything at all."""

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


def new_user_id(region: str | None) -> str:
    """An id that begins with the region of registration, so that data can be placed by it for ever."""
    return (region or NOWHERE).lower() + random_id()


def normalise_email(address: str) -> str | None:
    """The one form of an address under which it is unique, or None when it is no address."""
    try:
        checked = validate_email(unicodedata.normalize("NFKC", address).strip(), check_deliverability=False)
    except EmailNotValidError:
        return None
    return checked.normalized.casefold()


def name_key(display_name: str | None) -> str:
    """What users are ordered and searched by when by name; an erased user's comes first."""
    return unicodedata.normalize("NFKC", display_name or "").casefold()


def check_reason(path: tuple[str, ...], reason: str) -> list[Violation]:
    """1 to 500 characters once trimmed."""
    if 1 <= len(reason.strip()) <= MAX_REASON:
        return []
    return [Violation(path, "REASON", f"a reason has 1 to {MAX_REASON} characters")]


def check_roles(path: tuple[str, ...], roles: Collection[Role]) -> list[Violation]:
    """Everybody is a USER, whatever else they are."""
    if Role.USER in roles:
        return []
    return [Violation(path, "ROLES", "everybody keeps the role USER")]


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
