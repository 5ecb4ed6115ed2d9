"""The steps of requests, carried out: what is handed over, the requests, the trail, the messages, and last the stock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from subgraphs.rewards.model.offer import Stock
from subgraphs.rewards.model.request import RequestStatus, RewardRequest
from subgraphs.rewards.model.reward import Reward, kind_of, points_of
from subgraphs.rewards.model.transitions import Effect, Verb, allowed, effect_of
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.fulfilment import hand
from subgraphs.rewards.operations.retry import Moved
from subgraphs.runtime import audit
from subgraphs.runtime.messaging.outbox import Message, message, post
from subgraphs.runtime.mongo import Session


@dataclass(frozen=True, slots=True)
class Act:
    """Who takes which step when, and why. `actor_id` None: the system. `may_owe`: a wallet may fall under nothing."""

    verb: Verb
    at: datetime
    actor_id: str | None = None
    reason: str | None = None
    may_owe: bool = False


async def begin(
    stores: Stores, reward: Reward, stock: Stock, requests: Sequence[RewardRequest], verb: Verb, session: Session
) -> list[RewardRequest]:
    """Writes new requests of one offer, whose status is where the step leads. Raises Moved, PoolShort."""
    effect = effect_of(None, verb, kind_of(reward))
    if effect is None:
        raise ValueError(f"nothing begins by {verb}")
    at = max(request.created_at for request in requests)
    made = await hand(stores, effect.hand, reward, requests, at, session)
    await stores.requests.insert(made, session)
    await audit.append_first(stores.mongo, [_beginning(request) for request in made], session)
    await post(stores.mongo, [_told(request, request.created_at) for request in made], session)
    await _move_units(stores, effect, reward, stock, len(made), session)
    return made


async def move_on(
    stores: Stores, reward: Reward, requests: Sequence[RewardRequest], act: Act, session: Session
) -> list[RewardRequest]:
    """Takes requests of one offer in one status a step further, which all must allow. Raises Moved, PoolShort,
    TooFewPoints."""
    effects = {allowed(request, act.verb, kind_of(reward)) for request in requests}
    effect = effects.pop()
    if effect is None or effects:
        raise ValueError(f"{act.verb} is not for all of these")
    moved = [_moved(request, effect.target, act) for request in requests]
    moved = await hand(stores, effect.hand, reward, moved, act.at, session, reason=act.reason, may_owe=act.may_owe)
    if not await stores.requests.replace(moved, session):
        raise Moved
    changes = [_change(before, after, act) for before, after in zip(requests, moved, strict=True)]
    await audit.append_each(stores.mongo, changes, session)
    await post(
        stores.mongo, [_told(request, act.at) for request in moved if effect.target is not _status(requests)], session
    )
    if effect.unit is not None:
        stock = await stores.offers.stock(requests[0].offer_id, session)
        if stock is None:
            raise LookupError("a request's stock is gone")
        await _move_units(stores, effect, reward, stock, len(moved), session)
    return moved


def _status(requests: Sequence[RewardRequest]) -> RequestStatus:
    return requests[0].status


def _moved(request: RewardRequest, target: RequestStatus, act: Act) -> RewardRequest:
    if act.verb is Verb.EXPIRE:
        return request.as_of(act.at)
    moved = request.moved(target, act.at, act.actor_id, act.reason)
    return replace(moved, decided_at=act.at) if act.verb in (Verb.APPROVE, Verb.REJECT) else moved


async def _move_units(
    stores: Stores, effect: Effect, reward: Reward, stock: Stock, units: int, session: Session
) -> None:
    # The hottest document comes last, so that it is held for the shortest time.
    if effect.unit is None:
        return
    source, target = effect.unit
    if not await stores.offers.move(stock, source, target, units, points_of(reward) * units, session):
        raise Moved


def _beginning(request: RewardRequest) -> audit.Change:
    after = {"status": request.status.value, "offerId": request.offer_id, "rewardId": request.reward_id}
    return audit.Change(request.id, "request.claimed", request.created_at, request.user_id, after=after)


_DONE: Final = {
    Verb.APPROVE: "approved",
    Verb.REJECT: "rejected",
    Verb.CANCEL: "cancelled",
    Verb.EXPIRE: "expired",
    Verb.DELIVER: "delivered",
    Verb.FAIL: "failed",
    Verb.RETRY: "retried",
    Verb.REVERSE: "reversed",
}


def _change(before: RewardRequest, after: RewardRequest, act: Act) -> audit.Change:
    return audit.Change(
        after.id,
        f"request.{_DONE[act.verb]}",
        act.at,
        act.actor_id,
        reason=act.reason,
        before={"status": before.status.value, "version": before.version},
        after={"status": after.status.value, "version": after.version},
    )


def _told(request: RewardRequest, at: datetime) -> Message:
    payload = {
        "requestId": request.id,
        "userId": request.user_id,
        "offerId": request.offer_id,
        "eventId": request.event_id,
        "status": request.status.value,
    }
    return message("rewards.request", request.user_id, payload, at)
