"""Rewards: what can be given. Defined once, offered by any number of events."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class RewardKind(StrEnum):
    """Kinds of rewards."""

    POINTS = "POINTS"
    ITEM = "ITEM"
    COUPON = "COUPON"
    BADGE = "BADGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What every reward has. Its words may change; what it is worth may not."""

    id: str
    name: str
    description: str
    image_url: str | None
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PointReward(Described):
    """Points for a wallet; after `expire_after_days` they lapse."""

    points: int
    expire_after_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReward(Described):
    """A thing that a game or a shop hands out; `sku` is that system's name for it."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponReward(Described):
    """One code of the pool for each grant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeReward(Described):
    """A mark of honour."""


Reward: TypeAlias = PointReward | ItemReward | CouponReward | BadgeReward


@dataclass(frozen=True, slots=True)
class Award:
    """A badge that a user holds, and since when."""

    reward_id: str
    at: datetime


def kind_of(reward: Reward) -> RewardKind:
    """Which kind it is."""
    match reward:
        case PointReward():
            return RewardKind.POINTS
        case ItemReward():
            return RewardKind.ITEM
        case CouponReward():
            return RewardKind.COUPON
        case BadgeReward():
            return RewardKind.BADGE


def points_of(reward: Reward) -> int:
    """What one grant takes from an offer's budget of points."""
    return reward.points if isinstance(reward, PointReward) else 0


def name_key(name: str) -> str:
    """What rewards are ordered by when ordered by name."""
    return name.casefold()
