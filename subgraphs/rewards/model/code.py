"""Codes of a coupon's pool: each is given to one request, once."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class CodeState(StrEnum):
    """FREE -> ISSUED -> REVOKED; a code that was given never becomes free again."""

    FREE = "FREE"
    ISSUED = "ISSUED"
    REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True)
class PoolCounts:
    """How many codes of a pool are in each state."""

    available: int = 0
    issued: int = 0
    revoked: int = 0


class Holder(Protocol):
    """The request that a code goes to."""

    @property
    def id(self) -> str:
        """The request's id."""
        ...

    @property
    def user_id(self) -> str:
        """The request's user."""
        ...
