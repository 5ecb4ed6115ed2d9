"""Group commit: the claims on one offer that come together are committed in one transaction.

Every attempt reads the offer, the stock, the users' live requests and their keys in the transaction's snapshot and decides
each claim anew. The unique indexes and the condition on the stock refuse whatever another process has done meanwhile; the
next attempt then sees it. Reservations that are overdue are released before anybody is refused for them.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.operations.claim.decision import Claim, Snapshot, decide, place_of, with_written
from subgraphs.rewards.operations.claim.results import BudgetExhausted, ClaimResult, OutOfStock
from subgraphs.rewards.operations.claim.writes import write_requests
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.fulfilment import CodePoolExhausted
from subgraphs.rewards.operations.release_reservations import MAX_RELEASED, release
from subgraphs.rewards.operations.retry import Conflict, retry_on_conflict
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import NotFound

# Claims in one transaction.
MAX_GROUP_SIZE: Final = 64


class ReservationsDue(Exception):
    """Reservations that nobody decided in time stand in the way; they are released before the group is decided."""

    def __init__(self, requests: Sequence[RewardRequest]) -> None:
        super().__init__(len(requests))
        self.requests = requests


async def commit_group(
    dependencies: Dependencies, offer_id: str, claims: Sequence[Claim]
) -> Sequence[ClaimResult | Exception]:
    """Commits the claims on one offer and returns the result of each, in their order.

    Raises PyMongoError as the store did when time ran out, or CommitUnknown when it is not known whether the commit holds.
    """
    deadline = max(claim.deadline for claim in claims)
    now = max(claim.at for claim in claims)
    free_codes: int | None = None

    async def attempt() -> Sequence[ClaimResult | Exception]:
        return await dependencies.mongo.transaction(
            lambda session: _decide_and_write(dependencies, offer_id, claims, free_codes, now, session),
            seconds=deadline - time.monotonic(),
        )

    async with dependencies.locks.hold(offer_id):
        while True:
            try:
                return await retry_on_conflict(attempt, deadline=deadline)
            except ReservationsDue as due:
                await release(dependencies, due.requests, now, deadline=deadline)
            except CodePoolExhausted as short:
                free_codes = short.codes


async def _decide_and_write(
    dependencies: Dependencies,
    offer_id: str,
    claims: Sequence[Claim],
    free_codes: int | None,
    now: datetime,
    session: Session,
) -> Sequence[ClaimResult | Exception]:
    snapshot = await _read(dependencies, offer_id, claims, free_codes, session)
    if snapshot is None:
        return [NotFound(offer_id) for _ in claims]
    due = [request for held in snapshot.live.values() for request in held if request.is_due(now)]
    if due:
        raise ReservationsDue(due[:MAX_RELEASED])
    decision = decide(snapshot, claims)
    if snapshot.stock.reserved and any(isinstance(r, OutOfStock | BudgetExhausted) for r in decision.results):
        due = await dependencies.requests.due(now, MAX_RELEASED, offer_id, session)
        if due:
            raise ReservationsDue(due)
    if not decision.requests:
        return decision.results
    written = await write_requests(
        dependencies, decision.effect, snapshot.reward, snapshot.stock, decision.requests, session
    )
    by_id = {request.id: request for request in written}
    return [with_written(result, by_id) for result in decision.results]


async def _read(
    dependencies: Dependencies, offer_id: str, claims: Sequence[Claim], free_codes: int | None, session: Session
) -> Snapshot | None:
    """Returns what the transaction sees; None when there is no such offer, or it is disabled. Raises Conflict."""
    offer = await dependencies.offers.offer(offer_id, session)
    reward = None if offer is None else await dependencies.rewards.reward(offer.reward_id, session)
    stock = None if offer is None else await dependencies.offers.stock(offer_id, session)
    if offer is None or reward is None or stock is None or not offer.enabled:
        return None
    if stock.offer_version != offer.version:
        raise Conflict
    by_key = await dependencies.requests.with_keys({(claim.user_id, claim.key) for claim in claims}, session)
    live = await dependencies.requests.live({place_of(offer, claim) for claim in claims}, offer.id, session)
    return Snapshot(offer, reward, stock, by_key, live, free_codes)
