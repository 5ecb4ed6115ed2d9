"""Whether state and history agree: what must hold of a wallet, a stock, a code and a trail, each seen at one instant.

The checks say what is broken in words that name their subject and show no code.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from subgraphs.rewards.model.code import CodeState
from subgraphs.rewards.model.offer import Offer, Stock, StockPlace
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.reward import Reward, kind_of, points_of
from subgraphs.rewards.model.transitions import stock_place
from subgraphs.rewards.model.wallet import LedgerEntry, LedgerKind

MAX_SAMPLES: Final = 20


class Line(StrEnum):
    """What is reconciled."""

    LEDGER = "ledger"
    STOCK = "stock"
    BUDGET = "budget"
    CODES = "codes"
    AUDIT = "audit"


@dataclass(slots=True)
class Findings:
    """How many breaches each line has, and some of them in words."""

    counts: Counter[Line] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)

    def add(self, line: Line, subject: str, breaches: Iterable[str]) -> None:
        """Counts what is broken about the subject."""
        for breach in breaches:
            self.counts[line] += 1
            if len(self.samples) < MAX_SAMPLES:
                self.samples.append(f"{line.value} {subject}: {breach}")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a user holds and was granted, apart from the ledger's entries."""

    in_lots: int = 0
    bad_lots: int = 0
    point_requests: int = 0
    points_granted: int = 0
    badge_requests: int = 0
    badges: int = 0


@dataclass(slots=True)
class WalletCheck:
    """Follows a wallet's ledger, entry by entry."""

    seq: int = 0
    balance: int = 0
    grants: int = 0
    granted: int = 0

    def follow(self, entry: LedgerEntry) -> Iterator[str]:
        """What is broken about the next entry."""
        if entry.seq != self.seq + 1:
            yield f"entry {entry.seq} follows entry {self.seq}"
        if entry.balance_after != self.balance + entry.points:
            yield f"entry {entry.seq} does not add up with the one before it"
        self.seq, self.balance = entry.seq, entry.balance_after
        if entry.kind is LedgerKind.GRANT:
            self.grants += 1
            self.granted += entry.points

    def finish(self, held: Holdings) -> Iterator[str]:
        """What is broken about the wallet as a whole."""
        if held.bad_lots:
            yield f"{held.bad_lots} lots hold less than nothing or more than they began with"
        if held.in_lots != max(0, self.balance):
            yield f"the lots hold {held.in_lots} and the ledger says {self.balance}"
        if (held.point_requests, held.points_granted) != (self.grants, self.granted):
            yield (
                f"{held.point_requests} requests brought {held.points_granted} points "
                f"and {self.grants} grants of {self.granted} are booked"
            )
        if held.badge_requests != held.badges:
            yield f"{held.badge_requests} requests brought a badge and {held.badges} are held"


def check_stock(
    offer: Offer | None, stock: Stock | None, reward: Reward | None, requests: Mapping[RequestStatus, int]
) -> Iterator[str]:
    """What is broken about the units of an offer; `requests` counts its requests by status."""
    if offer is None or stock is None or reward is None:
        yield "the offer, its stock or its reward is not there"
        return
    if stock.offer_version != offer.version:
        yield f"the stock is of version {stock.offer_version} and the offer of version {offer.version}"
    units = _units(reward, requests)
    if (stock.reserved, stock.issued) != units:
        yield f"{stock.reserved} reserved and {stock.issued} issued, by the requests {units[0]} and {units[1]}"
    yield from _parts("units", stock.total, stock.remaining, stock.reserved + stock.issued)


def check_budget(stock: Stock | None, reward: Reward | None, requests: Mapping[RequestStatus, int]) -> Iterator[str]:
    """What is broken about the points of an offer."""
    if stock is None or reward is None:
        return
    budget = stock.budget
    reserved, spent = (units * points_of(reward) for units in _units(reward, requests))
    if (budget.reserved, budget.spent) != (reserved, spent):
        yield f"{budget.reserved} reserved and {budget.spent} spent, by the requests {reserved} and {spent}"
    yield from _parts("points", budget.limit, budget.remaining, budget.reserved + budget.spent)


def _units(reward: Reward, requests: Mapping[RequestStatus, int]) -> tuple[int, int]:
    places: Counter[StockPlace] = Counter()
    for status, count in requests.items():
        places[stock_place(status, kind_of(reward))] += count
    return places[StockPlace.RESERVED], places[StockPlace.ISSUED]


def _parts(what: str, total: int | None, remaining: int | None, taken: int) -> Iterator[str]:
    if (total is None) != (remaining is None):
        yield f"the {what} are limited in one place and not in the other"
    elif total is not None and remaining is not None and (remaining < 0 or total != remaining + taken):
        yield f"of {total} {what} {taken} are taken and {remaining} remain"


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a pool. `name` is not the code."""

    name: str
    reward_id: str
    text: str = field(repr=False)
    state: CodeState
    request_id: str | None
    user_id: str | None


@dataclass(frozen=True, slots=True)
class Holding:
    """A request that holds a code."""

    request_id: str
    user_id: str
    reward_id: str
    text: str = field(repr=False)
    status: RequestStatus


_STATE_OF: Final = {RequestStatus.FULFILLED: CodeState.ISSUED, RequestStatus.REVERSED: CodeState.REVOKED}


def check_code(code: Code, holding: Holding | None) -> Iterator[str]:
    """What is broken about a code; `holding` is what the request that it names holds."""
    if code.state is CodeState.FREE:
        if code.request_id is not None or code.user_id is not None:
            yield f"code {code.name} is free and names a request"
    elif holding is None or (holding.reward_id, holding.text) != (code.reward_id, code.text):
        yield f"code {code.name} is {code.state} to {code.request_id}, which does not hold it"
    elif holding.user_id != code.user_id or _STATE_OF.get(holding.status) is not code.state:
        yield f"code {code.name} is {code.state} and {code.request_id} is {holding.status}"


def check_holding(holding: Holding, code: Code | None) -> Iterator[str]:
    """What is broken about a request that holds a code; `code` is that code in its pool."""
    if code is None:
        yield "it holds a code that its pool does not know"
    elif code.request_id != holding.request_id:
        yield f"it holds code {code.name}, which is {code.state} to {code.request_id}"
