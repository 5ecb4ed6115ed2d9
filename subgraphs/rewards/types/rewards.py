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


@strawberry.interface
class Reward:
    """Something that can be given. Defined once, offered by any number of events."""

    id: strawberry.ID = strawberry.field(description="Opaque; unique among rewards.")
    name: str = strawberry.field(description="1 to 120 characters, for people.")
    description: str = strawberry.field(description="At most 5,000 characters, for people.")
    image_url: str | None = strawberry.field(description="An https URL; null when there is no image.")
    version: int = strawberry.field(
        description="Raised by every change of the reward, to be sent as `expectedVersion`."
    )
    created_at: datetime = strawberry.field(description="When it was created.")


@strawberry.type
class PointReward(Reward):
    """Points for the user's wallet; spent in the order in which they expire."""

    points: SafeInt = strawberry.field(description="How many one grant brings.")
    expire_after_days: int | None = strawberry.field(
        description="How many days after the grant they expire; null when they never do."
    )


@strawberry.type
class ItemReward(Reward):
    """Items that a game or a shop hands out."""

    sku: str = strawberry.field(description="The item's name in the system that delivers it.")
    quantity: int = strawberry.field(description="How many one grant delivers.")


@strawberry.type
class CodePool:
    """How many codes of a coupon are in which state."""

    available: int | None = strawberry.field(
        description=(
            "Codes that can still be given; null to others than operators, auditors and admins, and when "
            "counting took too long."
        )
    )
    issued: int | None = strawberry.field(description="Codes that were given to a request; null as `available` is.")
    revoked: int | None = strawberry.field(
        description=("Codes whose request was reversed and which are never given again; null as `available` is.")
    )


@strawberry.type
class CouponReward(Reward):
    """One code of the coupon's pool for each grant."""

    @strawberry.field
    async def code_pool(self, info: RewardsInfo) -> CodePool:
        """How many codes are in which state, for operators, auditors and admins; all null to others."""
        counts = await info.context.pools_by_reward.load(self.id) if info.context.identity.is_staff else None
        if counts is None:
            return CodePool(available=None, issued=None, revoked=None)
        return CodePool(available=counts.available, issued=counts.issued, revoked=counts.revoked)


@strawberry.type
class BadgeReward(Reward):
    """A badge for the user's profile."""


@strawberry.type
class RewardEdge:
    """A reward, and its place in the list."""

    cursor: str = strawberry.field(
        description="Opaque; to be sent as `after` or `before` of the same list, sort and filter."
    )
    node: Reward = strawberry.field(description="The reward.")


@strawberry.type
class RewardConnection:
    """A page of rewards."""

    edges: list[RewardEdge] = strawberry.field(description="The rewards of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and the cursors at both ends.")

    @classmethod
    def of(cls, page: Page[model.Reward]) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        edges = [
            RewardEdge(cursor=cursor, node=to_reward(row)) for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return cls(edges=edges, page_info=PageInfo.of(page))


@strawberry.type
class BadgeEdge:
    """A badge that the user holds, and its place in the list."""

    cursor: str = strawberry.field(description="Opaque; to be sent as `after` or `before` of the same list.")
    node: BadgeReward = strawberry.field(description="The badge.")
    awarded_at: datetime = strawberry.field(description="When the user got it.")


@strawberry.type
class BadgeConnection:
    """A page of a user's badges, the latest first."""

    edges: list[BadgeEdge] = strawberry.field(description="The badges of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and the cursors at both ends.")

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
