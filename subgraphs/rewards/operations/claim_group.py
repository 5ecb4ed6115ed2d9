"""The commit of a group of claims on one offer: one transaction, decided inside it, the stock last.

Every attempt reads the offer, the stock, the users' live requests and their keys in the transaction's snapshot and decides
each claim anew, in order of arrival; the unique indexes and the stock's condition refuse whatever another process has
done meanwhile, and the next attempt then sees it.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo.errors import DuplicateKeyError

from subgraphs.rewards.model.offer import Offer, Part, Stock
from subgraphs.rewards.model.period import period_key, resets_at
from subgraphs.rewards.model.request import RequestStatus, RewardRequest, Step, grant_of, new_request_id
from subgraphs.rewards.model.reward import PointReward
from subgraphs.rewards.model.wallet import Head, LedgerEntry, LedgerKind
from subgraphs.rewards.operations.claim_outcomes import Claimed, ClaimOutcome, LimitFull, NoBudget, NoStock
from subgraphs.rewards.operations.tools import Tools
from subgraphs.runtime import audit
from subgraphs.runtime.mongo import CommitUnknown, Session
from subgraphs.runtime.outbox import Message, message, post
from subgraphs.runtime.outcomes import KeyReused, Missing

MOST_CLAIMS: Final = 64


@dataclass(frozen=True, slots=True)
class Claim:
    """One user's claim on the lane of its offer: eligible at `at`, days told in `timezone`, to be settled by `deadline`
    (of the monotonic clock)."""

    user_id: str
    key: str
    at: datetime
    timezone: str
    deadline: float


class StockMoved(Exception):
    """The stock is no longer what this transaction decided by."""


async def commit_group(tools: Tools, offer_id: str, claims: Sequence[Claim]) -> Sequence[ClaimOutcome | Exception]:
    """The outcome of each claim. Raises what the store raised when time ran out, or CommitUnknown."""
    deadline = max(claim.deadline for claim in claims)
    attempt = 0
    while True:
        try:
            return await tools.mongo.transaction(
                lambda session: _decide(tools, offer_id, claims, session), seconds=deadline - time.monotonic()
            )
        except (DuplicateKeyError, StockMoved):
            attempt += 1
            if time.monotonic() >= deadline:
                raise CommitUnknown from None
            await asyncio.sleep(random.uniform(0, min(0.1, 0.002 * 2**attempt)))


async def _decide(
    tools: Tools, offer_id: str, claims: Sequence[Claim], session: Session
) -> Sequence[ClaimOutcome | Exception]:
    offer = await tools.offers.offer(offer_id, session)
    reward = None if offer is None else await tools.rewards.reward(offer.reward_id, session)
    stock = None if offer is None else await tools.offers.stock(offer_id, session)
    if offer is None or reward is None or stock is None or not offer.enabled:
        return [Missing(offer_id) for _ in claims]
    if not isinstance(reward, PointReward):
        raise TypeError("only points can be claimed yet")
    if stock.offer_version != offer.version:
        raise StockMoved
    outcomes, made = await _sort_out(tools, offer, reward, stock, claims, session)
    if made:
        await _write(tools, reward, stock, made, session)
    return outcomes


async def _sort_out(
    tools: Tools, offer: Offer, reward: PointReward, stock: Stock, claims: Sequence[Claim], session: Session
) -> tuple[list[ClaimOutcome | Exception], list[RewardRequest]]:
    known = await tools.requests.with_keys({(claim.user_id, claim.key) for claim in claims}, session)
    periods = {id(claim): period_key(offer.per_user.period, claim.at, claim.timezone) for claim in claims}
    places = {(claim.user_id, periods[id(claim)]) for claim in claims}
    live = await tools.requests.live(places, offer.id, session)
    units = stock.remaining
    points = stock.budget.remaining
    outcomes: list[ClaimOutcome | Exception] = []
    made: list[RewardRequest] = []
    for claim in claims:
        earlier = known.get((claim.user_id, claim.key))
        if earlier is not None:
            outcomes.append(Claimed(earlier, is_replay=True) if earlier.offer_id == offer.id else KeyReused())
            continue
        place = (claim.user_id, periods[id(claim)])
        held = live.setdefault(place, [])
        slot = _free_slot(held, offer.per_user.count)
        if slot is None:
            resets = resets_at(offer.per_user.period, claim.at, claim.timezone)
            outcomes.append(LimitFull(offer.per_user, resets, held[0]))
        elif units is not None and units < 1:
            outcomes.append(NoStock())
        elif points is not None and points < reward.points:
            outcomes.append(NoBudget())
        else:
            request = _fulfilled(offer, reward, claim, place[1], slot)
            units = None if units is None else units - 1
            points = None if points is None else points - reward.points
            held.insert(0, request)
            known[claim.user_id, claim.key] = request
            made.append(request)
            outcomes.append(Claimed(request, is_replay=False))
    return outcomes, made


def _free_slot(held: Sequence[RewardRequest], count: int) -> int | None:
    taken = {request.slot for request in held}
    return next((slot for slot in range(count) if slot not in taken), None)


def _fulfilled(offer: Offer, reward: PointReward, claim: Claim, period: str, slot: int) -> RewardRequest:
    return RewardRequest(
        id=new_request_id(claim.user_id),
        user_id=claim.user_id,
        offer_id=offer.id,
        event_id=offer.event_id,
        reward_id=reward.id,
        idempotency_key=claim.key,
        period=period,
        slot=slot,
        status=RequestStatus.FULFILLED,
        created_at=claim.at,
        decided_at=claim.at,
        grant=grant_of(reward, claim.at),
        history=(Step(claim.at, None, RequestStatus.FULFILLED),),
        version=1,
    )


async def _write(
    tools: Tools, reward: PointReward, stock: Stock, made: Sequence[RewardRequest], session: Session
) -> None:
    await tools.requests.insert(made, session)
    heads = await tools.wallets.heads([request.user_id for request in made], session)
    await tools.wallets.grant(_entries(made, heads), session)
    await audit.append_first(tools.mongo, [_change(request) for request in made], session)
    await post(tools.mongo, [_told(request) for request in made], session)
    # The hottest document comes last, so that it is held for the shortest time.
    points = reward.points * len(made)
    if not await tools.offers.move(stock, Part.REMAINING, Part.ISSUED, len(made), points, session):
        raise StockMoved


def _entries(made: Sequence[RewardRequest], heads: dict[str, Head]) -> list[LedgerEntry]:
    entries = []
    for request in made:
        head, grant = heads.get(request.user_id, Head()), request.grant
        if grant is None:
            raise ValueError("a fulfilled request has a grant")
        entry = LedgerEntry(
            user_id=request.user_id,
            seq=head.seq + 1,
            kind=LedgerKind.GRANT,
            points=grant.points,
            balance_after=head.balance + grant.points,
            at=request.created_at,
            request_id=request.id,
            reason=None,
            expires_at=grant.expires_at,
        )
        heads[request.user_id] = Head(entry.seq, entry.balance_after)
        entries.append(entry)
    return entries


def _change(request: RewardRequest) -> audit.Change:
    after = {"status": request.status.value, "offerId": request.offer_id, "rewardId": request.reward_id}
    return audit.Change(request.id, "request.claimed", request.created_at, request.user_id, after=after)


def _told(request: RewardRequest) -> Message:
    payload = {
        "requestId": request.id,
        "userId": request.user_id,
        "offerId": request.offer_id,
        "eventId": request.event_id,
        "status": request.status.value,
    }
    return message("rewards.request", request.user_id, payload, request.created_at)
