"""The steps of requests, carried out: what is handed over, the requests, the trail, the messages, and last the stock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from subgraphs.rewards.model.offer import Stock
from subgraphs.rewards.model.request import RequestStatus, RewardRequest
from subgraphs.rewards.model.reward import Reward, kind_of, points_of
from subgraphs.rewards.model.transitions import Action, Effect, allowed_effect, effect_of
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.fulfilment import fulfil
from subgraphs.rewards.operations.retry import Conflict
from subgraphs.runtime import audit
from subgraphs.runtime.messaging.outbox import Message, enqueue, new_message
from subgraphs.runtime.mongo import Session


@dataclass(frozen=True, slots=True)
class TransitionCommand:
    """Who takes which step when, and why. `actor_id` None: the system. `may_owe`: a wallet may fall under nothing."""

    action: Action
    at: datetime
    actor_id: str | None = None
    reason: str | None = None
    may_owe: bool = False


async def create_requests(
    stores: Stores, reward: Reward, stock: Stock, requests: Sequence[RewardRequest], action: Action, session: Session
) -> list[RewardRequest]:
    """Writes new requests of one offer, whose status is where the step leads. Raises Conflict, CodePoolExhausted."""
    effect = effect_of(None, action, kind_of(reward))
    if effect is None:
        raise ValueError(f"nothing begins by {action}")
    at = max(request.created_at for request in requests)
    made = await fulfil(stores, effect.fulfilment, reward, requests, at, session)
    await stores.requests.insert(made, session)
    await audit.append_first(stores.mongo, [_beginning(request) for request in made], session)
    await enqueue(stores.mongo, [_told(request, request.created_at) for request in made], session)
    await _move_units(stores, effect, reward, stock, len(made), session)
    return made


async def apply_transition(
    stores: Stores, reward: Reward, requests: Sequence[RewardRequest], command: TransitionCommand, session: Session
) -> list[RewardRequest]:
    """Takes requests of one offer in one status a step further, which all must allow. Raises Conflict, CodePoolExhausted,
    InsufficientBalance."""
    effects = {allowed_effect(request, command.action, kind_of(reward)) for request in requests}
    effect = effects.pop()
    if effect is None or effects:
        raise ValueError(f"{command.action} is not for all of these")
    moved = [_moved(request, effect.target, command) for request in requests]
    moved = await fulfil(
        stores, effect.fulfilment, reward, moved, command.at, session, reason=command.reason, may_owe=command.may_owe
    )
    if not await stores.requests.replace(moved, session):
        raise Conflict
    changes = [_change(before, after, command) for before, after in zip(requests, moved, strict=True)]
    await audit.append_each(stores.mongo, changes, session)
    await enqueue(
        stores.mongo,
        [_told(request, command.at) for request in moved if effect.target is not _status(requests)],
        session,
    )
    if effect.unit is not None:
        stock = await stores.offers.stock(requests[0].offer_id, session)
        if stock is None:
            raise LookupError("a request's stock is gone")
        await _move_units(stores, effect, reward, stock, len(moved), session)
    return moved


def _status(requests: Sequence[RewardRequest]) -> RequestStatus:
    return requests[0].status


def _moved(request: RewardRequest, target: RequestStatus, command: TransitionCommand) -> RewardRequest:
    if command.action is Action.EXPIRE:
        return request.as_of(command.at)
    moved = request.moved(target, command.at, command.actor_id, command.reason)
    return replace(moved, decided_at=command.at) if command.action in (Action.APPROVE, Action.REJECT) else moved


async def _move_units(
    stores: Stores, effect: Effect, reward: Reward, stock: Stock, units: int, session: Session
) -> None:
    # The hottest document comes last, so that it is held for the shortest time.
    if effect.unit is None:
        return
    source, target = effect.unit
    if not await stores.offers.move(stock, source, target, units, points_of(reward) * units, session):
        raise Conflict


def _beginning(request: RewardRequest) -> audit.Change:
    after = {"status": request.status.value, "offerId": request.offer_id, "rewardId": request.reward_id}
    return audit.Change(request.id, "request.claimed", request.created_at, request.user_id, after=after)


_DONE: Final = {
    Action.APPROVE: "approved",
    Action.REJECT: "rejected",
    Action.CANCEL: "cancelled",
    Action.EXPIRE: "expired",
    Action.DELIVER: "delivered",
    Action.FAIL: "failed",
    Action.RETRY: "retried",
    Action.REVERSE: "reversed",
}


def _change(before: RewardRequest, after: RewardRequest, command: TransitionCommand) -> audit.Change:
    return audit.Change(
        after.id,
        f"request.{_DONE[command.action]}",
        command.at,
        command.actor_id,
        reason=command.reason,
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
    return new_message("rewards.request", request.user_id, payload, at)
