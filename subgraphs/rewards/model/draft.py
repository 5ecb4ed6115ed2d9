"""What an operator asks for, checked."""

from dataclasses import dataclass
from typing import Final

from subgraphs.rewards.model.offer import ApprovalMode, UserLimit
from subgraphs.runtime.checks import is_https_url
from subgraphs.runtime.outcomes import Violation

MAX_NAME: Final = 120
MAX_DESCRIPTION: Final = 5000
MAX_POINTS: Final = 1_000_000_000
MAX_EXPIRY_DAYS: Final = 3650
MAX_STOCK: Final = 1_000_000_000
MAX_BUDGET: Final = 2**53 - 1
MAX_COUNT: Final = 1000
MIN_RESERVATION: Final = 60
MAX_RESERVATION: Final = 31_536_000
MAX_POSITION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class PointRewardDraft:
    """A reward of points as asked for."""

    name: str
    description: str
    image_url: str | None
    points: int
    expire_after_days: int | None


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


def check_reward(draft: PointRewardDraft) -> list[Violation]:
    """Everything that is wrong with it."""
    path = ("input", "points")
    violations = []
    if not 1 <= len(draft.name.strip()) <= MAX_NAME or not draft.name.strip().isprintable():
        violations.append(Violation((*path, "name"), "NAME", f"a name has 1 to {MAX_NAME} printable characters"))
    if len(draft.description) > MAX_DESCRIPTION:
        message = f"a description has at most {MAX_DESCRIPTION} characters"
        violations.append(Violation((*path, "description"), "TOO_LONG", message))
    if draft.image_url is not None and not is_https_url(draft.image_url):
        violations.append(Violation((*path, "imageUrl"), "URL", "an image has an https URL"))
    violations += _within((*path, "points"), "POINTS", draft.points, 1, MAX_POINTS)
    if draft.expire_after_days is not None:
        violations += _within((*path, "expireAfterDays"), "EXPIRY", draft.expire_after_days, 1, MAX_EXPIRY_DAYS)
    return violations


def check_offer(draft: OfferDraft) -> list[Violation]:
    """Everything that is wrong with it, the event and the reward aside."""
    violations = _within(("input", "perUser", "count"), "COUNT", draft.per_user.count, 1, MAX_COUNT)
    if draft.stock_total is not None:
        violations += _within(("input", "stockTotal"), "STOCK", draft.stock_total, 0, MAX_STOCK)
    if draft.points_budget is not None:
        violations += _within(("input", "pointsBudget"), "BUDGET", draft.points_budget, 0, MAX_BUDGET)
    seconds = draft.reservation_seconds
    violations += _within(("input", "reservationSeconds"), "RESERVATION", seconds, MIN_RESERVATION, MAX_RESERVATION)
    if draft.position is not None:
        violations += _within(("input", "position"), "POSITION", draft.position, 0, MAX_POSITION)
    return violations


def _within(path: tuple[str, ...], code: str, value: int, least: int, most: int) -> list[Violation]:
    return [] if least <= value <= most else [Violation(path, code, f"{path[-1]} is {least} to {most}")]
