"""An offer as an operator asks for it, and what may be wrong with it."""

from dataclasses import dataclass
from typing import Final

from subgraphs.rewards.model.bounds import check_range
from subgraphs.rewards.model.offer import ApprovalMode, UserLimit
from subgraphs.rewards.model.reward import PointReward, Reward
from subgraphs.runtime.results import Violation

MAX_STOCK: Final = 1_000_000_000
MAX_BUDGET: Final = 2**53 - 1
MAX_COUNT: Final = 1000
MIN_RESERVATION: Final = 60
MAX_RESERVATION: Final = 31_536_000
MAX_POSITION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """An offer as asked for; `position` None: after the last."""

    event_id: str
    reward_id: str
    approval: ApprovalMode
    per_user: UserLimit
    stock_total: int | None
    points_budget: int | None
    reservation_seconds: int
    position: int | None


def check_offer(draft: OfferDraft) -> list[Violation]:
    """Everything that is wrong with it, the event and the reward aside."""
    violations = check_range(("input", "perUser", "count"), "COUNT", draft.per_user.count, 1, MAX_COUNT)
    if draft.stock_total is not None:
        violations += check_range(("input", "stockTotal"), "STOCK", draft.stock_total, 0, MAX_STOCK)
    if draft.points_budget is not None:
        violations += check_range(("input", "pointsBudget"), "BUDGET", draft.points_budget, 0, MAX_BUDGET)
    seconds = draft.reservation_seconds
    violations += check_range(("input", "reservationSeconds"), "RESERVATION", seconds, MIN_RESERVATION, MAX_RESERVATION)
    if draft.position is not None:
        violations += check_range(("input", "position"), "POSITION", draft.position, 0, MAX_POSITION)
    return violations


def check_budget_of(reward: Reward, points_budget: int | None) -> list[Violation]:
    """Only points are counted against a budget of points."""
    if points_budget is None or isinstance(reward, PointReward):
        return []
    return [Violation(("input", "pointsBudget"), "NO_POINTS", "only an offer of points has a budget of points")]
