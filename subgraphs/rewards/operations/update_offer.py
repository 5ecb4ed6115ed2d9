"""Update an offer and its stock, by compare-and-set."""

from dataclasses import replace

from subgraphs.rewards.model.offer import Offer, Stock
from subgraphs.rewards.model.offer_update import (
    OfferUpdate,
    check_offer_update,
    check_updated,
    updated_offer,
    updated_stock,
)
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.outbox_messages import offer_message
from subgraphs.rewards.store.offers import offer_document
from subgraphs.runtime import audit
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Document, Session
from subgraphs.runtime.results import NotFound, ValidationFailed, VersionConflict

Refused = NotFound | VersionConflict | ValidationFailed


class Unchanged(Exception):
    """The transaction is to leave everything as it was; `outcome` says why."""

    def __init__(self, outcome: Offer | Refused) -> None:
        super().__init__()
        self.outcome = outcome


async def update_offer(dependencies: Dependencies, actor_id: str, update: OfferUpdate) -> Offer | Refused:
    """Of many calls with one version, one changes the offer; one that changes nothing gives it as it is.

    Claims are judged by the offer before or after it, for its version and its stock's go up in one transaction.
    """
    violations = check_offer_update(update)
    if violations:
        return ValidationFailed(tuple(violations))
    try:
        return await dependencies.mongo.transaction(lambda session: _update(dependencies, actor_id, update, session))
    except Unchanged as found:
        return found.outcome


async def _update(dependencies: Dependencies, actor_id: str, update: OfferUpdate, session: Session) -> Offer:
    # The stock comes first: once it is ours, claims wait for this transaction, and no crowd of them can starve it.
    held = await dependencies.offers.raise_version(update.id, update.expected_version, session)
    offer = await dependencies.offers.offer(update.id, session)
    if offer is None:
        raise Unchanged(NotFound(update.id))
    if held is None:
        raise Unchanged(VersionConflict(offer.version))
    wanted, stock = updated_offer(offer, update), updated_stock(held, update)
    if wanted == offer and stock == held:
        raise Unchanged(offer)
    reward = await dependencies.rewards.reward(offer.reward_id, session)
    if reward is None:
        raise LookupError("an offer's reward is gone")
    violations = check_updated(wanted, stock, reward)
    if violations:
        raise Unchanged(ValidationFailed(tuple(violations)))
    changed = replace(wanted, version=offer.version + 1)
    await dependencies.offers.replace(changed, replace(stock, offer_version=changed.version), session)
    now = dependencies.clock.now()
    before, after = audit.changed_values(_snapshot(offer, held), _snapshot(changed, stock))
    change = audit.Change(offer.id, "offer.updated", now, actor_id, before=before, after=after)
    await audit.append(dependencies.mongo, change, session)
    await enqueue(dependencies.mongo, [offer_message(changed, now)], session)
    return changed


def _snapshot(offer: Offer, stock: Stock) -> Document:
    return {**offer_document(offer), "stockTotal": stock.total, "pointsBudget": stock.budget.limit}
