"""Points: a ledger that only grows, and lots that say which of them lapse when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LedgerKind(StrEnum):
    GRANT = "GRANT"
    SPEND = "SPEND"
    EXPIRE = "EXPIRE"
    REVERSE = "REVERSE"
    ADJUST = "ADJUST"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One booking. `balance_after` = the entry before's + `points`; `seq` counts the wallet's entries from 1."""

    user_id: str
    seq: int
    kind: LedgerKind
    points: int
    balance_after: int
    at: datetime
    request_id: str | None
    reason: str | None
    expires_at: datetime | None

    @property
    def id(self) -> str:
        return f"{self.user_id}.{self.seq}"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a wallet's ledger stands: its last entry's number and balance."""

    seq: int = 0
    balance: int = 0


@dataclass(frozen=True, slots=True)
class LapsedAndNext:
    """Of a wallet's lots: points that have lapsed and are not booked yet, and those that lapse next."""

    lapsed: int = 0
    next_points: int | None = None
    next_at: datetime | None = None
