"""Reservations that nobody decided in time: written as expired, their units free again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.transitions import Action
from subgraphs.rewards.operations.apply_transition import TransitionCommand, apply_transition
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.retry import retry_on_conflict
from subgraphs.rewards.operations.transition_one import reward_of
from subgraphs.runtime.mongo import Session

# How many are released in one transaction, and how many a sweep looks for at once.
MAX_RELEASED: Final = 64
MAX_SWEPT: Final = 500
log = structlog.get_logger("reservations")


async def release(
    stores: Stores, requests: Sequence[RewardRequest], now: datetime, *, deadline: float | None = None
) -> int:
    """Writes those of one offer's requests as expired that are still due, and gives how many.

    The caller has the turn at the offer. Doing it again, or by several at once, changes nothing more.
    """
    ids = [request.id for request in requests]

    async def work(session: Session) -> int:
        found = await stores.requests.with_ids(ids, session)
        due = [request for request in found.values() if request.is_due(now)]
        if due:
            reward = await reward_of(stores, due[0], session)
            await apply_transition(stores, reward, due, TransitionCommand(Action.EXPIRE, now), session)
        return len(due)

    return await retry_on_conflict(lambda: stores.mongo.transaction(work), deadline=deadline)


async def release_all_due(stores: Stores) -> int:
    """One round over the reservations that are due: gives how many were released."""
    now = stores.clock.now()
    by_offer: dict[str, list[RewardRequest]] = {}
    for request in await stores.requests.due(now, MAX_SWEPT):
        by_offer.setdefault(request.offer_id, []).append(request)
    chunks = [
        requests[start : start + MAX_RELEASED]
        for requests in by_offer.values()
        for start in range(0, len(requests), MAX_RELEASED)
    ]
    return sum([await _release_some(stores, chunk, now) for chunk in chunks])


async def _release_some(stores: Stores, requests: Sequence[RewardRequest], now: datetime) -> int:
    try:
        async with stores.locks.hold(requests[0].offer_id):
            return await release(stores, requests, now)
    except LookupError:
        # What is broken here must not keep the others waiting.
        log.exception("reservations not released", offer_id=requests[0].offer_id)
        return 0
