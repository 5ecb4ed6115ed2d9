"""How an operation says no. Plain values: the GraphQL layer turns each into its type of the union."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken by one argument; `path` leads to it from the mutation's field."""

    path: tuple[str, ...]
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ValidationFailed:
    """The input breaks rules of the domain; nothing was changed."""

    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """What the input refers to does not exist, or not for this caller."""

    id: str


@dataclass(frozen=True, slots=True)
class VersionConflict:
    """Somebody changed it since the caller read it."""

    current_version: int


@dataclass(frozen=True, slots=True)
class IdempotencyConflict:
    """The idempotency key came before with other arguments."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """A dependency did not answer in time; the same call with the same key settles it."""

    retry_at: datetime


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Too many calls."""

    retry_at: datetime
