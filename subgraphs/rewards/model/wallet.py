"""Points: a ledger that only grows, and lots that say which of them lapse when.

A grant opens a lot; spending eats the lots, those first that lapse first. At every moment the open lots hold what the
wallet holds, or nothing at all when it owes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class LedgerKind(StrEnum):
    """Why points came or went."""

    GRANT = "GRANT"
    SPEND = "SPEND"
    EXPIRE = "EXPIRE"
    REVERSE = "REVERSE"
    ADJUST = "ADJUST"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One posting. `balance_after` = the entry before's + `points`; `seq` counts the wallet's entries from 1."""

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
        """The user's id and the entry's number."""
        return f"{self.user_id}.{self.seq}"


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of the points of one entry, whose number it bears."""

    user_id: str
    seq: int
    points: int
    remaining: int
    expires_at: datetime | None
    request_id: str | None

    @property
    def id(self) -> str:
        """The user's id and the number of the entry that opened the lot."""
        return f"{self.user_id}.{self.seq}"

    def has_expired(self, now: datetime) -> bool:
        """Points lapse at their instant, booked or not."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Head:
    """Where a wallet's ledger stands: its last entry's number and balance."""

    seq: int = 0
    balance: int = 0


@dataclass(frozen=True, slots=True)
class LotExpiry:
    """Of a wallet's lots: points that have lapsed and are not booked yet, and those that lapse next."""

    expired: int = 0
    next_points: int | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """Why points come or go."""

    kind: LedgerKind
    at: datetime
    request_id: str | None = None
    reason: str | None = None


class OpenWallet:
    """A wallet while it is changed at `now`.

    Begins with what has expired, and collects the entries to add, the lots to open and the lots that shrink. `lots`
    are those that have expired, and as many others as a debit needs.
    """

    def __init__(self, user_id: str, head: Head, lots: Iterable[Lot], now: datetime) -> None:
        self.user_id = user_id
        self.entries: list[LedgerEntry] = []
        self.opened: list[Lot] = []
        self.shrunk: dict[int, Lot] = {}
        self._head = head
        self._lots = sorted(lots, key=_order)
        while self._lots and self._lots[0].has_expired(now):
            self._expire_lot(self._lots.pop(0))

    @property
    def balance(self) -> int:
        """What it holds; under nothing when it owes."""
        return self._head.balance

    def shortage(self, points: int) -> int:
        """How many points more it would have to hold for this many to be taken."""
        return max(0, points - self.balance)

    def credit(self, posting: Posting, points: int, expires_at: datetime | None) -> LedgerEntry:
        """Adds points, and opens their lot with what no debt has eaten."""
        debt = max(0, -self.balance)
        entry = self._enter(posting, points, expires_at)
        left = max(0, points - debt)
        self.opened.append(Lot(self.user_id, entry.seq, points, left, expires_at, posting.request_id))
        return entry

    def debit(self, posting: Posting, points: int) -> LedgerEntry:
        """Takes points, of the lots that lapse first; what they do not hold is owed from now on."""
        wanted = points
        while wanted and self._lots:
            lot = self._lots.pop(0)
            taken = min(wanted, lot.remaining)
            wanted -= taken
            left = replace(lot, remaining=lot.remaining - taken)
            self.shrunk[lot.seq] = left
            if left.remaining:
                self._lots.insert(0, left)
        return self._enter(posting, -points, None)

    def _expire_lot(self, lot: Lot) -> None:
        if lot.expires_at is None:
            raise ValueError("this lot never lapses")
        self._enter(Posting(LedgerKind.EXPIRE, lot.expires_at, lot.request_id), -lot.remaining, None)
        self.shrunk[lot.seq] = replace(lot, remaining=0)

    def _enter(self, posting: Posting, points: int, expires_at: datetime | None) -> LedgerEntry:
        entry = LedgerEntry(
            user_id=self.user_id,
            seq=self._head.seq + 1,
            kind=posting.kind,
            points=points,
            balance_after=self._head.balance + points,
            at=posting.at,
            request_id=posting.request_id,
            reason=posting.reason,
            expires_at=expires_at,
        )
        self._head = Head(entry.seq, entry.balance_after)
        self.entries.append(entry)
        return entry


def _order(lot: Lot) -> tuple[bool, float, int]:
    # Those that never lapse come last.
    return (lot.expires_at is None, 0.0 if lot.expires_at is None else lot.expires_at.timestamp(), lot.seq)
