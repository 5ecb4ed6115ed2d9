"""Rewards: what can be given."""

from datetime import datetime

import strawberry

from subgraphs.rewards.model import offer as model
from subgraphs.runtime.graphql.pages import PageInfo
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.interface(description="What can be given. A reward is defined once and offered by any number of events.")
class Reward:
    id: strawberry.ID
    name: str
    description: str
    image_url: str | None
    version: int
    created_at: datetime


@strawberry.type(description="Points of a wallet; `expireAfterDays` after the grant they lapse, oldest first.")
class PointReward(Reward):
    points: SafeInt
    expire_after_days: int | None


@strawberry.type(description="A thing a game or a shop hands out: `sku` is that system's name for it.")
class ItemReward(Reward):
    sku: str
    quantity: int


@strawberry.type(description="Counts are for operators, auditors and admins; null to others.")
class CodePool:
    available: int | None
    issued: int | None
    revoked: int | None


@strawberry.type(description="One code of the pool for each grant; no code is ever given twice.")
class CouponReward(Reward):
    code_pool: CodePool


@strawberry.type
class BadgeReward(Reward):
    pass


@strawberry.type
class RewardEdge:
    cursor: str
    node: Reward


@strawberry.type
class RewardConnection:
    edges: list[RewardEdge]
    page_info: PageInfo


@strawberry.type
class BadgeEdge:
    cursor: str
    node: BadgeReward
    awarded_at: datetime


@strawberry.type
class BadgeConnection:
    edges: list[BadgeEdge]
    page_info: PageInfo


def to_reward(reward: model.Reward) -> Reward:
    """The reward as GraphQL shows it."""
    return PointReward(
        id=strawberry.ID(reward.id),
        name=reward.name,
        description=reward.description,
        image_url=reward.image_url,
        version=reward.version,
        created_at=reward.created_at,
        points=SafeInt(reward.points),
        expire_after_days=reward.expire_after_days,
    )
