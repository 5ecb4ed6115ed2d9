"""Rewards: what can be given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model import reward as model
from subgraphs.runtime.graphql.page_info import PageInfo
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.pagination.cursors import Page


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
    @strawberry.field
    async def code_pool(self, info: RewardsInfo) -> CodePool:
        counts = await info.context.pools_by_reward.load(self.id) if info.context.identity.is_staff else None
        if counts is None:
            return CodePool(available=None, issued=None, revoked=None)
        return CodePool(available=counts.available, issued=counts.issued, revoked=counts.revoked)


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

    @classmethod
    def of(cls, page: Page[model.Reward]) -> Self:
        edges = [
            RewardEdge(cursor=cursor, node=to_reward(row)) for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return cls(edges=edges, page_info=PageInfo.of(page))


@strawberry.type
class BadgeEdge:
    cursor: str
    node: BadgeReward
    awarded_at: datetime


@strawberry.type
class BadgeConnection:
    edges: list[BadgeEdge]
    page_info: PageInfo

    @classmethod
    def of(cls, page: Page[model.Award], rewards: Sequence[model.Reward | None]) -> Self:
        """The page, with the reward of each of its awards."""
        edges = []
        for cursor, award, reward in zip(page.cursors, page.rows, rewards, strict=True):
            if not isinstance(reward, model.BadgeReward):
                raise LookupError("a badge that was awarded is gone")
            node = BadgeReward(**_described(reward))
            edges.append(BadgeEdge(cursor=cursor, node=node, awarded_at=award.at))
        return cls(edges=edges, page_info=PageInfo.of(page))


def _described(reward: model.Reward) -> dict[str, Any]:
    return {
        "id": strawberry.ID(reward.id),
        "name": reward.name,
        "description": reward.description,
        "image_url": reward.image_url,
        "version": reward.version,
        "created_at": reward.created_at,
    }


def to_coupon(reward: model.CouponReward) -> CouponReward:
    """The coupon as GraphQL shows it."""
    return CouponReward(**_described(reward))


def to_reward(reward: model.Reward) -> Reward:
    """The reward as GraphQL shows it."""
    described = _described(reward)
    match reward:
        case model.PointReward():
            points, lapse = SafeInt(reward.points), reward.expire_after_days
            return PointReward(**described, points=points, expire_after_days=lapse)
        case model.ItemReward():
            return ItemReward(**described, sku=reward.sku, quantity=reward.quantity)
        case model.CouponReward():
            return to_coupon(reward)
        case model.BadgeReward():
            return BadgeReward(**described)
