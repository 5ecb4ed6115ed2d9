"""Deliver things: tried again with growing waits until they are taken, refused, or the tries are used up.

When a thing is tried next stands with its request, so a worker that dies loses nothing, and of several workers one tries.
"""

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from subgraphs.rewards.clients.item_delivery import Answer, ItemDelivery, Order
from subgraphs.rewards.model.request import Delivery, RewardRequest
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.reward import ItemReward
from subgraphs.rewards.model.transitions import Action
from subgraphs.rewards.operations.apply_transition import TransitionCommand
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.retry import retry_on_conflict
from subgraphs.rewards.operations.transition_one import reward_of, transition_one
from subgraphs.runtime.mongo import Session

MAX_DELIVERED: Final = 32
MIN_WAIT_SECONDS: Final = 2.0
MAX_WAIT_SECONDS: Final = 600.0
REFUSED: Final = "the delivery was refused"
GIVEN_UP: Final = "the delivery was not possible"
_UNDER_WAY: Final = (RequestStatus.APPROVED, RequestStatus.FAILED)
log = structlog.get_logger("deliveries")


@dataclass(frozen=True, slots=True)
class Tries:
    """How often a thing is tried, and after how many seconds without a word of this worker another may try."""

    most: int
    lease_seconds: float


async def deliver_all_due(stores: Stores, delivery: ItemDelivery, tries: Tries) -> int:
    """One round over the things that are to be delivered now, several at once: gives how many were tried."""
    due = await stores.requests.due_deliveries(stores.clock.now(), MAX_DELIVERED)
    tried = await asyncio.gather(*(_try(stores, delivery, tries, r) for r in due), return_exceptions=True)
    for request, outcome in zip(due, tried, strict=True):
        if isinstance(outcome, BaseException):
            # It is tried again when its lease is over, and stops nobody else.
            log.error("delivery failed", request_id=request.id, exc_info=outcome)
    return sum(outcome is True for outcome in tried)


def wait_after(tries: int) -> float:
    """Seconds until the next try: doubled each time, up to ten minutes, somewhere in the upper half."""
    return min(MAX_WAIT_SECONDS, MIN_WAIT_SECONDS * 2.0 ** (tries - 1)) * random.uniform(0.5, 1)


async def _try(stores: Stores, delivery: ItemDelivery, tries: Tries, request: RewardRequest) -> bool:
    if request.delivery is None:
        return False
    number = request.delivery.tries + 1
    lease = Delivery(number, stores.clock.now() + timedelta(seconds=tries.lease_seconds))
    if not await stores.requests.postpone_delivery(request, lease):
        return False
    leased = replace(request, delivery=lease)
    reward = await reward_of(stores, request)
    if not isinstance(reward, ItemReward):
        raise TypeError("only things are delivered")
    answer = await delivery.deliver(Order(request.id, request.user_id, reward.sku, reward.quantity))
    log.info("delivery tried", request_id=request.id, answer=answer.name, number=number)
    now = stores.clock.now()
    if answer is Answer.TAKEN:
        await _settle(stores, request, TransitionCommand(Action.DELIVER, now))
    elif answer is Answer.REFUSED:
        await _settle(stores, request, TransitionCommand(Action.FAIL, now, reason=REFUSED))
    elif number >= tries.most:
        await _settle(stores, request, TransitionCommand(Action.FAIL, now, reason=GIVEN_UP))
    else:
        await stores.requests.postpone_delivery(leased, Delivery(number, now + timedelta(seconds=wait_after(number))))
    return True


async def _settle(stores: Stores, request: RewardRequest, command: TransitionCommand) -> None:
    async def work(session: Session) -> None:
        found = (await stores.requests.with_ids([request.id], session)).get(request.id)
        # Another worker, whose try took longer than its lease, may have been told the same.
        if found is not None and found.delivery is not None and found.status in _UNDER_WAY:
            await transition_one(stores, request.id, command, session)

    await retry_on_conflict(lambda: stores.mongo.transaction(work))
