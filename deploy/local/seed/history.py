"""What was claimed before: requests, wallets, and stocks that agree with them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from subgraphs.rewards.model.grant import grant_of
from subgraphs.rewards.model.offer import Offer, Stock
from subgraphs.rewards.model.period import period_key
from subgraphs.rewards.model.request import RequestStep, RewardRequest
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.reward import PointReward
from subgraphs.rewards.model.wallet import Head, LedgerEntry, LedgerKind, Lot, OpenWallet, Posting


@dataclass
class Claimed:
    """The requests made, the ledger's entries for them, and the stocks as they stand afterwards."""

    requests: list[RewardRequest] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    stocks: dict[str, Stock] = field(default_factory=dict)


def claimed(
    user_ids: Sequence[str],
    offered: Sequence[tuple[Offer, Stock, PointReward]],
    timezones: dict[str, str],
    now: datetime,
    rng: random.Random,
) -> Claimed:
    """Every user has claimed a few of what was offered."""
    result = Claimed(stocks={offer.id: stock for offer, stock, _ in offered})
    for user_id in user_ids:
        account = OpenWallet(user_id, Head(), (), now)
        for nth, (offer, _, reward) in enumerate(rng.sample(list(offered), 3), start=1):
            at = now - timedelta(seconds=rng.randint(3600, 7 * 24 * 3600)) + timedelta(seconds=nth)
            number = len(result.requests)
            request = _request(f"{user_id}.demo{number:012}", user_id, offer, reward, timezones[offer.event_id], at)
            result.requests.append(request)
            grant = grant_of(reward, at)
            account.credit(Posting(LedgerKind.GRANT, at, request.id), grant.points, grant.expires_at)
            result.stocks[offer.id] = _issued(result.stocks[offer.id], reward.points)
        result.entries += account.entries
        result.lots += account.opened
    return result


def _request(
    request_id: str, user_id: str, offer: Offer, reward: PointReward, timezone: str, at: datetime
) -> RewardRequest:
    return RewardRequest(
        id=request_id,
        user_id=user_id,
        offer_id=offer.id,
        event_id=offer.event_id,
        reward_id=reward.id,
        idempotency_key=f"seed-{request_id}",
        period=period_key(offer.per_user.period, at, timezone),
        slot=0,
        status=RequestStatus.FULFILLED,
        created_at=at,
        decided_at=at,
        grant=grant_of(reward, at),
        history=(RequestStep(at, None, RequestStatus.FULFILLED),),
        version=1,
    )


def _issued(stock: Stock, points: int) -> Stock:
    left = stock.budget.remaining
    budget = replace(stock.budget, remaining=None if left is None else left - points, spent=stock.budget.spent + points)
    remaining = None if stock.remaining is None else stock.remaining - 1
    return replace(stock, remaining=remaining, issued=stock.issued + 1, budget=budget)
