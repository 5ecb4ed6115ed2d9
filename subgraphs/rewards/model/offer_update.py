"""Changes of an offer and of the stock that goes with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from subgraphs.rewards.model.offer import Budget, Offer, Stock
from subgraphs.rewards.model.offer_draft import OfferDraft, check_budget_of, check_offer
from subgraphs.rewards.model.reward import Reward
from subgraphs.runtime.results import Violation

# These cannot be cleared; a stock or a budget can, and is then unlimited.
_REQUIRED: Final = ("approval", "perUser", "reservationSeconds", "position", "enabled")
_ATTRIBUTES: Final = {
    "approval": "approval",
    "perUser": "per_user",
    "reservationSeconds": "reservation_seconds",
    "position": "position",
    "enabled": "enabled",
}


@dataclass(frozen=True, slots=True)
class OfferUpdate:
    """A change as asked for: `fields` holds what was given, by the input's names and with the model's values."""

    id: str
    expected_version: int
    fields: Mapping[str, Any]


def check_offer_update(update: OfferUpdate) -> list[Violation]:
    """What is wrong with a change whatever the offer is like."""
    if not update.fields:
        return [Violation(("input",), "NOTHING", "nothing is to change")]
    return [
        Violation(("input", name), "REQUIRED", f"{name} cannot be cleared")
        for name in _REQUIRED
        if name in update.fields and update.fields[name] is None
    ]


def updated_offer(offer: Offer, update: OfferUpdate) -> Offer:
    """The offer as it would be, its version aside."""
    return replace(offer, **{_ATTRIBUTES[n]: value for n, value in update.fields.items() if n in _ATTRIBUTES})


def updated_stock(stock: Stock, update: OfferUpdate) -> Stock:
    """The stock as it would be, its version aside: what remains is what the total leaves of what is reserved and issued."""
    total = update.fields.get("stockTotal", stock.total)
    limit = update.fields.get("pointsBudget", stock.budget.limit)
    reserved, spent = stock.budget.reserved, stock.budget.spent
    return replace(
        stock,
        total=total,
        remaining=None if total is None else total - stock.reserved - stock.issued,
        budget=Budget(limit, None if limit is None else limit - reserved - spent, reserved, spent),
    )


def check_updated(offer: Offer, stock: Stock, reward: Reward) -> list[Violation]:
    """What is wrong with an offer and its stock as they would be."""
    draft = OfferDraft(
        event_id=offer.event_id,
        reward_id=offer.reward_id,
        approval=offer.approval,
        per_user=offer.per_user,
        stock_total=stock.total,
        points_budget=stock.budget.limit,
        reservation_seconds=offer.reservation_seconds,
        position=offer.position,
    )
    violations = check_offer(draft) + check_budget_of(reward, stock.budget.limit)
    if not violations and stock.remaining is not None and stock.remaining < 0:
        message = f"{stock.reserved + stock.issued} are reserved or issued already"
        violations.append(Violation(("input", "stockTotal"), "TAKEN", message))
    if not violations and stock.budget.remaining is not None and stock.budget.remaining < 0:
        message = f"{stock.budget.reserved + stock.budget.spent} points are reserved or spent already"
        violations.append(Violation(("input", "pointsBudget"), "TAKEN", message))
    return violations
