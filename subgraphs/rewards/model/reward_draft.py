"""A reward as an operator asks for it, and what may be wrong with it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from subgraphs.rewards.model.bounds import check_range
from subgraphs.rewards.model.reward import BadgeReward, CouponReward, ItemReward, PointReward, Reward
from subgraphs.runtime.results import Violation
from subgraphs.runtime.validators import is_https_url

MAX_NAME: Final = 120
MAX_DESCRIPTION: Final = 5000
MAX_POINTS: Final = 1_000_000_000
MAX_EXPIRY_DAYS: Final = 3650
MAX_SKU: Final = 128
MAX_QUANTITY: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedDraft:
    """The words and the image of a reward."""

    name: str
    description: str
    image_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRewardDraft(DescribedDraft):
    """A reward of points as asked for."""

    points: int
    expire_after_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRewardDraft(DescribedDraft):
    """A reward of things as asked for."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponRewardDraft(DescribedDraft):
    """A reward of codes as asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeRewardDraft(DescribedDraft):
    """A badge as asked for."""


RewardDraft: TypeAlias = PointRewardDraft | ItemRewardDraft | CouponRewardDraft | BadgeRewardDraft
# The input's field of each kind.
FIELDS: Final[dict[type[RewardDraft], str]] = {
    PointRewardDraft: "points",
    ItemRewardDraft: "item",
    CouponRewardDraft: "coupon",
    BadgeRewardDraft: "badge",
}


def check_reward(draft: RewardDraft) -> list[Violation]:
    """Everything that is wrong with it."""
    path = ("input", FIELDS[type(draft)])
    violations = check_name((*path, "name"), draft.name)
    violations += check_description((*path, "description"), draft.description)
    violations += check_image((*path, "imageUrl"), draft.image_url)
    match draft:
        case PointRewardDraft():
            violations += check_range((*path, "points"), "POINTS", draft.points, 1, MAX_POINTS)
            if draft.expire_after_days is not None:
                violations += check_range(
                    (*path, "expireAfterDays"), "EXPIRY", draft.expire_after_days, 1, MAX_EXPIRY_DAYS
                )
        case ItemRewardDraft():
            if not 1 <= len(draft.sku) <= MAX_SKU or not draft.sku.isprintable() or " " in draft.sku:
                message = f"a sku has 1 to {MAX_SKU} printable characters without blanks"
                violations.append(Violation((*path, "sku"), "SKU", message))
            violations += check_range((*path, "quantity"), "QUANTITY", draft.quantity, 1, MAX_QUANTITY)
    return violations


def check_name(path: tuple[str, ...], name: str) -> list[Violation]:
    """1 to 120 printable characters once trimmed."""
    if 1 <= len(name.strip()) <= MAX_NAME and name.strip().isprintable():
        return []
    return [Violation(path, "NAME", f"a name has 1 to {MAX_NAME} printable characters")]


def check_description(path: tuple[str, ...], description: str) -> list[Violation]:
    """At most 5,000 characters."""
    if len(description) <= MAX_DESCRIPTION:
        return []
    return [Violation(path, "TOO_LONG", f"a description has at most {MAX_DESCRIPTION} characters")]


def check_image(path: tuple[str, ...], image_url: str | None) -> list[Violation]:
    """None, or an https URL."""
    if image_url is None or is_https_url(image_url):
        return []
    return [Violation(path, "URL", "an image has an https URL")]


def new_reward(draft: RewardDraft, reward_id: str, now: datetime) -> Reward:
    """The first version of the reward."""
    fields: dict[str, Any] = {
        **asdict(draft),
        "name": draft.name.strip(),
        "id": reward_id,
        "version": 1,
        "created_at": now,
    }
    match draft:
        case PointRewardDraft():
            return PointReward(**fields)
        case ItemRewardDraft():
            return ItemReward(**fields)
        case CouponRewardDraft():
            return CouponReward(**fields)
        case BadgeRewardDraft():
            return BadgeReward(**fields)
