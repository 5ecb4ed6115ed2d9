"""What a request brought its user."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from subgraphs.rewards.model.reward import PointReward


@dataclass(frozen=True, slots=True)
class PointGrant:
    """Points handed over, and when they lapse."""

    points: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemGrant:
    """A thing handed over, and when it arrived."""

    sku: str
    quantity: int
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class CouponGrant:
    """A code handed over: shown to its owner, and to nobody else."""

    code: str


@dataclass(frozen=True, slots=True)
class BadgeGrant:
    """A badge handed over, with the image that it had then."""

    image_url: str | None


Grant: TypeAlias = PointGrant | ItemGrant | CouponGrant | BadgeGrant


def grant_of(reward: PointReward, now: datetime) -> PointGrant:
    """What is handed over of a reward of points at `now`."""
    lapses = None if reward.expire_after_days is None else now + timedelta(days=reward.expire_after_days)
    return PointGrant(reward.points, lapses)
