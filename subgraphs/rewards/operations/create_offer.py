"""Create an event's offer of a reward, with its stock."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TypeVar

from subgraphs.rewards.model.offer import MAX_OFFERS, Budget, Offer, Stock, new_offer_id
from subgraphs.rewards.model.offer_draft import OfferDraft, check_budget_of, check_offer
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.outbox_messages import offer_message
from subgraphs.rewards.store.offers import OrdinalTaken, offer_document, stock_document
from subgraphs.runtime import audit
from subgraphs.runtime.idempotency import Call, check_key, fingerprint_of, run_once
from subgraphs.runtime.ids import is_plausible_id
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Document, Session
from subgraphs.runtime.results import IdempotencyConflict, NotFound, ValidationFailed, Violation

T = TypeVar("T")


class TooManyOffers(Exception):
    """The event has all the offers it may have."""


async def create_offer(
    dependencies: Dependencies, actor_id: str, draft: OfferDraft, key: str
) -> Offer | NotFound | ValidationFailed | IdempotencyConflict:
    """Makes the offer once for a key; the same call again gives the offer as it now is.

    Raises SubgraphUnavailable when nobody can say whether there is such an event.
    """
    bad_key = check_key(key)
    if bad_key is not None:
        return bad_key
    violations = check_offer(draft)
    if violations:
        return ValidationFailed(tuple(violations))
    if not is_plausible_id(draft.event_id) or not await dependencies.events.knows(draft.event_id):
        return NotFound(draft.event_id)
    reward = await dependencies.rewards.reward(draft.reward_id)
    if reward is None:
        return NotFound(draft.reward_id)
    violations = check_budget_of(reward, draft.points_budget)
    if violations:
        return ValidationFailed(tuple(violations))
    now = dependencies.clock.now()

    async def work(session: Session) -> tuple[Offer, Document]:
        ordinals, positions = await dependencies.offers.ordinals_and_positions(draft.event_id, session)
        free = sorted(set(range(MAX_OFFERS)) - ordinals)
        if not free:
            raise TooManyOffers
        offer = Offer(
            id=new_offer_id(draft.event_id),
            event_id=draft.event_id,
            reward_id=draft.reward_id,
            ordinal=random.choice(free),
            position=max(positions, default=-1) + 1 if draft.position is None else draft.position,
            approval=draft.approval,
            per_user=draft.per_user,
            reservation_seconds=draft.reservation_seconds,
            enabled=True,
            version=1,
            created_at=now,
        )
        stock = _full_stock(offer, draft)
        await dependencies.offers.insert_offer(offer, stock, session)
        after = {**offer_document(offer), "stock": stock_document(stock)}
        await audit.append_first(
            dependencies.mongo, [audit.Change(offer.id, "offer.created", now, actor_id, after=after)], session
        )
        await enqueue(dependencies.mongo, [offer_message(offer, now)], session)
        return offer, {"offerId": offer.id}

    call = Call(actor_id, key, "createOffer", fingerprint_of(asdict(draft)), now)
    try:
        outcome = await _with_ordinal(lambda: run_once(dependencies.mongo, call, work))
    except TooManyOffers:
        return ValidationFailed(
            (Violation(("input", "eventId"), "TOO_MANY", f"an event has at most {MAX_OFFERS} offers"),)
        )
    if isinstance(outcome, Offer | IdempotencyConflict):
        return outcome
    made = await dependencies.offers.offer(outcome["offerId"])
    if made is None:
        raise LookupError("an offer that was made is gone")
    return made


async def _with_ordinal(make: Callable[[], Awaitable[T]]) -> T:
    # Each time the ordinal was taken meanwhile another offer was made, and an event has few.
    for _ in range(MAX_OFFERS):
        try:
            return await make()
        except OrdinalTaken:
            continue
    return await make()


def _full_stock(offer: Offer, draft: OfferDraft) -> Stock:
    limit = draft.points_budget
    return Stock(
        offer_id=offer.id,
        offer_version=offer.version,
        total=draft.stock_total,
        remaining=draft.stock_total,
        reserved=0,
        issued=0,
        budget=Budget(limit, limit),
    )
