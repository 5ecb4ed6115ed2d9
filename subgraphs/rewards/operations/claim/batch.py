"""The commit of a group of claims on one offer: one transaction, decided inside it, the stock last.

Every attempt reads the offer, the stock, the users' live requests and their keys in the transaction's snapshot and decides
each claim anew, in order of arrival; the unique indexes and the stock's condition refuse whatever another process has
done meanwhile, and the next attempt then sees it. What is reserved and overdue is released before anybody is refused for it.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from subgraphs.rewards.model.offer import ApprovalMode, Offer, Stock
from subgraphs.rewards.model.period import period_key, resets_at
from subgraphs.rewards.model.request import RequestStep, RewardRequest, new_request_id
from subgraphs.rewards.model.reward import Reward, kind_of, points_of
from subgraphs.rewards.model.transitions import Action, effect_of
from subgraphs.rewards.operations.apply_transition import create_requests
from subgraphs.rewards.operations.claim.results import BudgetExhausted, Claimed, ClaimOutcome, LimitReached, OutOfStock
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.fulfilment import CodePoolExhausted
from subgraphs.rewards.operations.release_reservations import MAX_RELEASED, release
from subgraphs.rewards.operations.retry import Conflict, retry_on_conflict
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import IdempotencyConflict, NotFound

MAX_CLAIMS: Final = 64


@dataclass(frozen=True, slots=True)
class Claim:
    """One user's claim on the lane of its offer: eligible at `at`, days told in `timezone`, to be settled by `deadline`
    (of the monotonic clock)."""

    user_id: str
    key: str
    at: datetime
    timezone: str
    deadline: float


@dataclass(frozen=True, slots=True)
class Known:
    """What the store says of the group's users: requests under their keys, and their live ones by place."""

    by_key: Mapping[tuple[str, str], RewardRequest]
    live: Mapping[tuple[str, str], Sequence[RewardRequest]]


class ReservationsDue(Exception):
    """Nobody decided these in time: they are released first."""

    def __init__(self, requests: Sequence[RewardRequest]) -> None:
        super().__init__(len(requests))
        self.requests = requests


async def commit_group(
    dependencies: Dependencies, offer_id: str, claims: Sequence[Claim]
) -> Sequence[ClaimOutcome | Exception]:
    """The outcome of each claim. Raises what the store raised when time ran out, or CommitUnknown."""
    deadline = max(claim.deadline for claim in claims)
    now = max(claim.at for claim in claims)
    # What is left in a coupon's pool, once that was too little.
    codes: int | None = None

    async def attempt() -> Sequence[ClaimOutcome | Exception]:
        return await dependencies.mongo.transaction(
            lambda session: _decide(dependencies, offer_id, claims, codes, now, session),
            seconds=deadline - time.monotonic(),
        )

    async with dependencies.locks.hold(offer_id):
        while True:
            try:
                return await retry_on_conflict(attempt, deadline=deadline)
            except ReservationsDue as due:
                await release(dependencies, due.requests, now, deadline=deadline)
            except CodePoolExhausted as short:
                codes = short.codes


async def _decide(
    dependencies: Dependencies,
    offer_id: str,
    claims: Sequence[Claim],
    codes: int | None,
    now: datetime,
    session: Session,
) -> Sequence[ClaimOutcome | Exception]:
    offer = await dependencies.offers.offer(offer_id, session)
    reward = None if offer is None else await dependencies.rewards.reward(offer.reward_id, session)
    stock = None if offer is None else await dependencies.offers.stock(offer_id, session)
    if offer is None or reward is None or stock is None or not offer.enabled:
        return [NotFound(offer_id) for _ in claims]
    if stock.offer_version != offer.version:
        raise Conflict
    known = await _known(dependencies, offer, claims, session)
    due = [request for held in known.live.values() for request in held if request.is_due(now)]
    if due:
        raise ReservationsDue(due[:MAX_RELEASED])
    outcomes, made = _sort_out(offer, reward, stock, codes, known, claims)
    if stock.reserved and any(isinstance(outcome, OutOfStock | BudgetExhausted) for outcome in outcomes):
        due = await dependencies.requests.due(now, MAX_RELEASED, offer_id, session)
        if due:
            raise ReservationsDue(due)
    if not made:
        return outcomes
    written = {
        request.id: request
        for request in await create_requests(dependencies, reward, stock, made, _action(offer), session)
    }
    return [_as_written(outcome, written) for outcome in outcomes]


async def _known(dependencies: Dependencies, offer: Offer, claims: Sequence[Claim], session: Session) -> Known:
    by_key = await dependencies.requests.with_keys({(claim.user_id, claim.key) for claim in claims}, session)
    live = await dependencies.requests.live({_place(offer, claim) for claim in claims}, offer.id, session)
    return Known(by_key, live)


def _place(offer: Offer, claim: Claim) -> tuple[str, str]:
    return claim.user_id, period_key(offer.per_user.period, claim.at, claim.timezone)


def _sort_out(
    offer: Offer, reward: Reward, stock: Stock, codes: int | None, known: Known, claims: Sequence[Claim]
) -> tuple[list[ClaimOutcome | Exception], list[RewardRequest]]:
    by_key = dict(known.by_key)
    live = {place: list(held) for place, held in known.live.items()}
    units = min((count for count in (stock.remaining, codes) if count is not None), default=None)
    points = stock.budget.remaining
    outcomes: list[ClaimOutcome | Exception] = []
    made: list[RewardRequest] = []
    for claim in claims:
        earlier = by_key.get((claim.user_id, claim.key))
        if earlier is not None:
            outcomes.append(Claimed(earlier, is_replay=True) if earlier.offer_id == offer.id else IdempotencyConflict())
            continue
        place = _place(offer, claim)
        held = live.setdefault(place, [])
        slot = _free_slot(held, offer.per_user.count)
        if slot is None:
            resets = resets_at(offer.per_user.period, claim.at, claim.timezone)
            outcomes.append(LimitReached(offer.per_user, resets, held[0]))
        elif units is not None and len(made) >= units:
            outcomes.append(OutOfStock())
        elif points is not None and points < points_of(reward) * (len(made) + 1):
            outcomes.append(BudgetExhausted())
        else:
            request = _new_request(offer, reward, claim, place[1], slot)
            held.insert(0, request)
            by_key[claim.user_id, claim.key] = request
            made.append(request)
            outcomes.append(Claimed(request, is_replay=False))
    return outcomes, made


def _free_slot(held: Sequence[RewardRequest], count: int) -> int | None:
    # After the limit was lowered the slots that are held may lie above it.
    if len(held) >= count:
        return None
    taken = {request.slot for request in held}
    return next((slot for slot in range(count) if slot not in taken), None)


def _action(offer: Offer) -> Action:
    return Action.CLAIM if offer.approval is ApprovalMode.AUTOMATIC else Action.REQUEST_APPROVAL


def _new_request(offer: Offer, reward: Reward, claim: Claim, period: str, slot: int) -> RewardRequest:
    action = _action(offer)
    effect = effect_of(None, action, kind_of(reward))
    if effect is None:
        raise ValueError(f"nothing begins by {action}")
    asks = action is Action.REQUEST_APPROVAL
    return RewardRequest(
        id=new_request_id(claim.user_id),
        user_id=claim.user_id,
        offer_id=offer.id,
        event_id=offer.event_id,
        reward_id=reward.id,
        idempotency_key=claim.key,
        period=period,
        slot=slot,
        status=effect.target,
        created_at=claim.at,
        decided_at=None if asks else claim.at,
        grant=None,
        history=(RequestStep(claim.at, None, effect.target),),
        version=1,
        expires_at=claim.at + timedelta(seconds=offer.reservation_seconds) if asks else None,
    )


def _as_written(outcome: ClaimOutcome | Exception, written: Mapping[str, RewardRequest]) -> ClaimOutcome | Exception:
    """The outcome with the request as it was written: with what it brought."""
    match outcome:
        case Claimed(request=request, is_replay=is_replay):
            return Claimed(written.get(request.id, request), is_replay)
        case LimitReached(limit=limit, resets_at=resets, last_request=request):
            return LimitReached(limit, resets, written.get(request.id, request))
    return outcome
