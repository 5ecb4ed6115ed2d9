"""Offers, requests and wallets in the plainest Python: what rewards must equal, whatever is done to it in whatever order."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIVE_STATUSES = {"PENDING", "APPROVED", "FULFILLED", "FAILED", "REVERSED"}


@dataclass
class PlainOffer:
    """An offer; `codes` is what is left of its coupon's pool."""

    kind: str
    is_manual: bool
    limit: int
    by_day: bool
    stock: int | None = None
    points: int = 0
    lapse_days: int | None = None
    budget: int | None = None
    codes: int = 0
    reservation_seconds: int = 604_800
    is_enabled: bool = True


@dataclass
class PlainRequest:
    """A request; `lot` is what of its points is left, and `lapsed` what of them has lapsed."""

    user: str
    offer: str
    status: str
    period: str
    expires_at: datetime | None
    is_under_way: bool = False
    lapsed: int = 0
    had_grant: bool = False


@dataclass
class PlainLot:
    left: int
    expires_at: datetime | None
    request: str | None


@dataclass
class Plain:
    """The whole of it. Time is told with each call."""

    offers: dict[str, PlainOffer]
    requests: dict[str, PlainRequest] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    lots: dict[str, list[PlainLot]] = field(default_factory=dict)

    def pass_time(self, now: datetime) -> None:
        """What was due has expired, and what had to lapse has lapsed."""
        for request in self.requests.values():
            if request.status == "PENDING" and request.expires_at is not None and request.expires_at <= now:
                request.status = "EXPIRED"
        for lots in self.lots.values():
            for lot in [lot for lot in lots if lot.expires_at is not None and lot.expires_at <= now]:
                lots.remove(lot)
                if lot.request is not None:
                    self.requests[lot.request].lapsed += lot.left

    def counts(self, name: str) -> tuple[int, int]:
        """Units reserved and issued."""
        offer = self.offers[name]
        reserved = issued = 0
        for request in self.requests.values():
            if request.offer == name:
                reserved += request.status == "PENDING"
                gone = request.status == "REVERSED" and offer.kind == "coupon"
                issued += gone or request.status in ("APPROVED", "FULFILLED", "FAILED")
        return reserved, issued

    def refusal(self, user: str, name: str, now: datetime) -> str | None:
        """Why the offer gives the user nothing now."""
        offer = self.offers[name]
        period = self.period(offer, now)
        mine = [r for r in self.requests.values() if (r.user, r.offer, r.period) == (user, name, period)]
        if sum(request.status in LIVE_STATUSES for request in mine) >= offer.limit:
            return "LimitReached"
        taken = sum(self.counts(name))
        if (offer.stock is not None and taken >= offer.stock) or (offer.kind == "coupon" and offer.codes < 1):
            return "OutOfStock"
        if offer.budget is not None and offer.budget - taken * offer.points < offer.points:
            return "BudgetExhausted"
        return None

    def claim(self, user: str, name: str, key: str, request_id: str, now: datetime) -> None:
        offer = self.offers[name]
        expires_at = now + timedelta(seconds=offer.reservation_seconds) if offer.is_manual else None
        request = PlainRequest(user, name, "PENDING", self.period(offer, now), expires_at)
        self.requests[request_id] = request
        self.keys[user, key] = request_id
        if not offer.is_manual:
            self.give(request_id, now)

    def give(self, request_id: str, now: datetime) -> None:
        """Hands over what the offer gives."""
        request = self.requests[request_id]
        offer = self.offers[request.offer]
        if offer.kind == "item":
            request.status, request.is_under_way = "APPROVED", True
            return
        request.status, request.had_grant = "FULFILLED", True
        if offer.kind == "coupon":
            offer.codes -= 1
        if offer.kind == "points":
            expires_at = None if offer.lapse_days is None else now + timedelta(days=offer.lapse_days)
            self.lots.setdefault(request.user, []).append(PlainLot(offer.points, expires_at, request_id))

    def reversal(self, request_id: str) -> int:
        """How many points a reversal would take."""
        request = self.requests[request_id]
        return self.offers[request.offer].points - request.lapsed if request.had_grant else 0

    def balance(self, user: str) -> int:
        return sum(lot.left for lot in self.lots.get(user, ()))

    def take(self, user: str, points: int) -> None:
        """Takes points, of those first that lapse first."""
        lots = self.lots.get(user, [])
        lots.sort(
            key=lambda lot: (lot.expires_at is None, 0.0 if lot.expires_at is None else lot.expires_at.timestamp())
        )
        while points:
            taken = min(points, lots[0].left)
            lots[0].left -= taken
            points -= taken
            if not lots[0].left:
                lots.pop(0)

    @staticmethod
    def period(offer: PlainOffer, now: datetime) -> str:
        return now.date().isoformat() if offer.by_day else "ever"
