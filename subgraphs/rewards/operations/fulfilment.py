"""What passes between users and us: points, things, codes and badges, handed over in groups and taken back singly."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from subgraphs.rewards.model.grant import BadgeGrant, CouponGrant, Grant, ItemGrant, PointGrant, grant_of
from subgraphs.rewards.model.request import Delivery, RewardRequest
from subgraphs.rewards.model.reward import BadgeReward, CouponReward, ItemReward, PointReward, Reward
from subgraphs.rewards.model.transitions import Fulfilment
from subgraphs.rewards.model.wallet import Head, LedgerKind, OpenWallet, Posting
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.runtime.messaging.outbox import enqueue, new_message
from subgraphs.runtime.mongo import Session

DELIVERY: Final = "rewards.delivery"


class CodePoolExhausted(Exception):
    """The pool has just so many codes for those who were to get one."""

    def __init__(self, codes: int) -> None:
        super().__init__(codes)
        self.codes = codes


class InsufficientBalance(Exception):
    """The wallet holds too little; so many points more are needed."""

    def __init__(self, short_by: int) -> None:
        super().__init__(short_by)
        self.short_by = short_by


async def fulfil(
    stores: Stores,
    what: Fulfilment,
    reward: Reward,
    requests: Sequence[RewardRequest],
    at: datetime,
    session: Session,
    *,
    reason: str | None = None,
    may_owe: bool = False,
) -> list[RewardRequest]:
    """Carries out what a step hands over or takes back, and gives the requests with what they hold afterwards.

    Raises CodePoolExhausted, and InsufficientBalance when points are taken back that are spent, unless the wallet
    `may_owe`.
    """
    match what:
        case Fulfilment.NOTHING:
            # A thing that failed to arrive is no longer on its way.
            return [replace(request, delivery=None) for request in requests]
        case Fulfilment.GRANT:
            grants = await _given(stores, reward, requests, at, session)
            return [replace(request, grant=grant) for request, grant in zip(requests, grants, strict=True)]
        case Fulfilment.ORDER_DELIVERY:
            orders = [new_message(DELIVERY, request.id, {"requestId": request.id}, at) for request in requests]
            await enqueue(stores.mongo, orders, session)
            return [replace(request, delivery=Delivery(0, at)) for request in requests]
        case Fulfilment.CONFIRM_DELIVERY:
            if not isinstance(reward, ItemReward):
                raise TypeError("only things are delivered")
            arrived = ItemGrant(reward.sku, reward.quantity, at)
            return [replace(request, grant=arrived, delivery=None) for request in requests]
        case Fulfilment.TAKE_BACK:
            for request in requests:
                await _take_back(stores, request, at, session, reason=reason, may_owe=may_owe)
            return list(requests)


async def _given(
    stores: Stores, reward: Reward, requests: Sequence[RewardRequest], at: datetime, session: Session
) -> Sequence[Grant]:
    match reward:
        case PointReward():
            grant = grant_of(reward, at)
            accounts = await open_wallets(stores, [request.user_id for request in requests], at, session)
            for request in requests:
                posting = Posting(LedgerKind.GRANT, at, request.id)
                accounts[request.user_id].credit(posting, grant.points, grant.expires_at)
            await stores.wallets.write(list(accounts.values()), session)
            return [grant] * len(requests)
        case CouponReward():
            codes = await stores.codes.draw(reward.id, requests, session)
            if len(codes) < len(requests):
                raise CodePoolExhausted(len(codes))
            return [CouponGrant(code) for code in codes]
        case BadgeReward():
            await stores.badges.award(requests, reward, at, session)
            return [BadgeGrant(reward.image_url)] * len(requests)
        case ItemReward():
            raise TypeError("things are ordered, not given")


async def open_wallets(
    stores: Stores, user_ids: Iterable[str], now: datetime, session: Session
) -> dict[str, OpenWallet]:
    """The wallets of these users with what has lapsed in them: enough to credit, not to debit."""
    users = list(dict.fromkeys(user_ids))
    heads = await stores.wallets.heads(users, session)
    expired = await stores.wallets.expired_lots(users, now, session)
    return {user: OpenWallet(user, heads.get(user, Head()), expired.get(user, ()), now) for user in users}


async def open_wallet(stores: Stores, user_id: str, points: int, now: datetime, session: Session) -> OpenWallet:
    """The wallet of this user with as many lots as a debit of `points` needs."""
    heads = await stores.wallets.heads([user_id], session)
    expired = await stores.wallets.expired_lots([user_id], now, session)
    others = await stores.wallets.lots_covering(user_id, points, now, session)
    return OpenWallet(user_id, heads.get(user_id, Head()), [*expired.get(user_id, ()), *others], now)


async def _take_back(
    stores: Stores, request: RewardRequest, at: datetime, session: Session, *, reason: str | None, may_owe: bool
) -> None:
    match request.grant:
        case PointGrant(points=points):
            await _take_points_back(stores, request, points, at, session, reason=reason, may_owe=may_owe)
        case CouponGrant(code=code):
            await stores.codes.revoke(request.reward_id, code, session)
        case BadgeGrant():
            await stores.badges.remove(request.id, request.user_id, session)
        case ItemGrant() | None:
            return


async def _take_points_back(
    stores: Stores,
    request: RewardRequest,
    points: int,
    at: datetime,
    session: Session,
    *,
    reason: str | None,
    may_owe: bool,
) -> None:
    account = await open_wallet(stores, request.user_id, points, at, session)
    # What of this grant has lapsed the user has lost already.
    expired_now = sum(-entry.points for entry in account.entries if entry.request_id == request.id)
    wanted = points - expired_now - await stores.wallets.expired_points_of(request.user_id, request.id, session)
    short_by = account.shortage(wanted)
    if short_by and not may_owe:
        raise InsufficientBalance(short_by)
    if wanted:
        account.debit(Posting(LedgerKind.REVERSE, at, request.id, reason), wanted)
    await stores.wallets.write([account], session)
