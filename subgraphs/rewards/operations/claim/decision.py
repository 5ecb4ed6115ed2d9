"""Decides a group of claims by what the transaction's snapshot shows; computes only, reads and writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from subgraphs.rewards.model.offer import ApprovalMode, Offer, Stock
from subgraphs.rewards.model.period import period_key, resets_at
from subgraphs.rewards.model.request import RequestStep, RewardRequest, new_request_id
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.reward import Reward, kind_of, points_of
from subgraphs.rewards.model.transitions import Action, Effect, effect_of
from subgraphs.rewards.operations.claim.results import BudgetExhausted, Claimed, ClaimResult, LimitReached, OutOfStock
from subgraphs.runtime.results import IdempotencyConflict

# A user and a period of the offer's limit: where slots are counted.
Place: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """One user's claim on an offer, in a group of claims on it.

    The user was eligible at `at`; days are counted in `timezone`; `deadline` is an instant of the monotonic clock.
    """

    user_id: str
    key: str
    at: datetime
    timezone: str
    deadline: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one transaction sees of the offer and of the group's users.

    `by_key` holds earlier requests by user and key, `live` the users' live requests by place. `free_codes` is how many
    codes a coupon's pool has left, where an attempt has found it too small; else None.
    """

    offer: Offer
    reward: Reward
    stock: Stock
    by_key: Mapping[tuple[str, str], RewardRequest]
    live: Mapping[Place, Sequence[RewardRequest]]
    free_codes: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The results of a group, in the order of its claims, and the requests to write. `effect` is what they all do."""

    results: list[ClaimResult | Exception]
    requests: list[RewardRequest]
    effect: Effect


def place_of(offer: Offer, claim: Claim) -> Place:
    """Returns the user and the period in which the claim takes a slot of the offer's limit."""
    return claim.user_id, period_key(offer.per_user.period, claim.at, claim.timezone)


def decide(snapshot: Snapshot, claims: Sequence[Claim]) -> Decision:
    """Decides each claim in order of arrival, which also says who gets the last units."""
    offer, reward, stock = snapshot.offer, snapshot.reward, snapshot.stock
    effect = claim_effect(offer, reward)
    by_key = dict(snapshot.by_key)
    live = {place: list(held) for place, held in snapshot.live.items()}
    units = min((count for count in (stock.remaining, snapshot.free_codes) if count is not None), default=None)
    points = stock.budget.remaining
    results: list[ClaimResult | Exception] = []
    requests: list[RewardRequest] = []
    for claim in claims:
        earlier = by_key.get((claim.user_id, claim.key))
        if earlier is not None:
            is_same = earlier.offer_id == offer.id
            results.append(Claimed(earlier, is_replay=True) if is_same else IdempotencyConflict())
            continue
        place = place_of(offer, claim)
        held = live.setdefault(place, [])
        slot = _free_slot(held, offer.per_user.count)
        if slot is None:
            resets = resets_at(offer.per_user.period, claim.at, claim.timezone)
            results.append(LimitReached(offer.per_user, resets, held[0]))
        elif units is not None and len(requests) >= units:
            results.append(OutOfStock())
        elif points is not None and points < points_of(reward) * (len(requests) + 1):
            results.append(BudgetExhausted())
        else:
            request = _new_request(offer, claim, effect.target, place[1], slot)
            held.insert(0, request)
            by_key[claim.user_id, claim.key] = request
            requests.append(request)
            results.append(Claimed(request, is_replay=False))
    return Decision(results, requests, effect)


def claim_effect(offer: Offer, reward: Reward) -> Effect:
    """Returns what an accepted claim on the offer does, and with it the status that the new request has."""
    is_automatic = offer.approval is ApprovalMode.AUTOMATIC
    action = Action.CLAIM if is_automatic else Action.REQUEST_APPROVAL
    effect = effect_of(None, action, kind_of(reward))
    if effect is None:
        raise ValueError(f"no request begins by {action}")
    return effect


def with_written(result: ClaimResult | Exception, written: Mapping[str, RewardRequest]) -> ClaimResult | Exception:
    """Returns the result with its request as it was written, grant included."""
    match result:
        case Claimed(request=request, is_replay=is_replay):
            return Claimed(written.get(request.id, request), is_replay)
        case LimitReached(limit=limit, resets_at=resets, last_request=request):
            return LimitReached(limit, resets, written.get(request.id, request))
    return result


def _free_slot(held: Sequence[RewardRequest], count: int) -> int | None:
    # After the limit was lowered the slots that are held may lie above it.
    if len(held) >= count:
        return None
    taken = {request.slot for request in held}
    return next((slot for slot in range(count) if slot not in taken), None)


def _new_request(offer: Offer, claim: Claim, status: RequestStatus, period: str, slot: int) -> RewardRequest:
    is_pending = status is RequestStatus.PENDING
    return RewardRequest(
        id=new_request_id(claim.user_id),
        user_id=claim.user_id,
        offer_id=offer.id,
        event_id=offer.event_id,
        reward_id=offer.reward_id,
        idempotency_key=claim.key,
        period=period,
        slot=slot,
        status=status,
        created_at=claim.at,
        decided_at=None if is_pending else claim.at,
        grant=None,
        history=(RequestStep(claim.at, None, status),),
        version=1,
        expires_at=claim.at + timedelta(seconds=offer.reservation_seconds) if is_pending else None,
    )
