"""What a user can expect of a claim now."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from subgraphs.rewards.model.offer import Offer, Stock
from subgraphs.rewards.model.reward import Reward, points_of


class ClaimabilityStatus(StrEnum):
    """What a claim would answer."""

    CLAIMABLE = "CLAIMABLE"
    CONDITIONS_NOT_MET = "CONDITIONS_NOT_MET"
    EVENT_NOT_OPEN = "EVENT_NOT_OPEN"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    LIMIT_REACHED = "LIMIT_REACHED"
    BUDGET_EXHAUSTED = "BUDGET_EXHAUSTED"
    DISABLED = "DISABLED"


@dataclass(frozen=True, slots=True)
class Claimability:
    """`claims_left`: what the user's limit still allows in this period, which ends at `resets_at`."""

    status: ClaimabilityStatus
    claims_left: int
    resets_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the answer depends on besides the offer.

    Whether its event is open and the user satisfies its rule, how many live requests the user holds in this period,
    and whether a coupon's pool has a free code.
    """

    is_open: bool
    satisfied: bool
    held: int
    resets_at: datetime | None
    has_code: bool


def judge(offer: Offer, stock: Stock, reward: Reward, standing: Standing) -> Claimability:
    """The first refusal that a claim would meet, in the order in which a claim meets them."""
    left = max(0, offer.per_user.count - standing.held)
    budget = stock.budget.remaining
    if not offer.enabled:
        status = ClaimabilityStatus.DISABLED
    elif not standing.is_open:
        status = ClaimabilityStatus.EVENT_NOT_OPEN
    elif not standing.satisfied:
        status = ClaimabilityStatus.CONDITIONS_NOT_MET
    elif left == 0:
        status = ClaimabilityStatus.LIMIT_REACHED
    elif stock.remaining == 0 or not standing.has_code:
        status = ClaimabilityStatus.OUT_OF_STOCK
    elif budget is not None and budget < points_of(reward):
        status = ClaimabilityStatus.BUDGET_EXHAUSTED
    else:
        status = ClaimabilityStatus.CLAIMABLE
    return Claimability(status, left, standing.resets_at)
