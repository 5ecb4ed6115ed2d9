"""The steps of requests, carried out: what is handed over, the requests, the trail, the messages, and last the stock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.reward import Reward, kind_of
from subgraphs.rewards.model.transitions import Action
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.fulfilment import fulfil
from subgraphs.rewards.operations.outbox_messages import request_message
from subgraphs.rewards.operations.retry import Conflict
from subgraphs.rewards.operations.stock_units import move_units
from subgraphs.runtime import audit
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Session


@dataclass(frozen=True, slots=True)
class TransitionCommand:
    """Who takes which step when, and why. `actor_id` None: the system. `may_owe`: a wallet may fall under nothing."""

    action: Action
    at: datetime
    actor_id: str | None = None
    reason: str | None = None
    may_owe: bool = False


async def apply_transition(
    stores: Stores, reward: Reward, requests: Sequence[RewardRequest], command: TransitionCommand, session: Session
) -> list[RewardRequest]:
    """Takes requests of one offer in one status a step further, which all must allow.

    Raises Conflict, CodePoolExhausted, InsufficientBalance.
    """
    effects = {request.allowed_effect(command.action, kind_of(reward)) for request in requests}
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
        [request_message(request, command.at) for request in moved if effect.target is not _status(requests)],
        session,
    )
    if effect.unit is not None:
        stock = await stores.offers.stock(requests[0].offer_id, session)
        if stock is None:
            raise LookupError("a request's stock is gone")
        await move_units(stores, effect, reward, stock, len(moved), session)
    return moved


def _status(requests: Sequence[RewardRequest]) -> RequestStatus:
    return requests[0].status


def _moved(request: RewardRequest, target: RequestStatus, command: TransitionCommand) -> RewardRequest:
    if command.action is Action.EXPIRE:
        return request.as_of(command.at)
    moved = request.moved(target, command.at, command.actor_id, command.reason)
    return replace(moved, decided_at=command.at) if command.action in (Action.APPROVE, Action.REJECT) else moved


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
