"""Rewards: look-ups and changes. Each is stored with its kind."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from subgraphs.rewards.model.reward import (
    BadgeReward,
    CouponReward,
    ItemReward,
    PointReward,
    Reward,
    RewardKind,
    kind_of,
    name_key,
)
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session

# One index serves a sort both ways, for the tie-break turns with it. Text is found by its own index, and sorted in memory.
REWARDS: Final = Collection(
    "rewards",
    indexes=(
        Index((("createdAt", 1), ("_id", 1))),
        Index((("nameKey", 1), ("_id", 1))),
        Index((("name", "text"), ("description", "text"))),
    ),
)


def reward_document(reward: Reward) -> Document:
    """How a reward is stored."""
    return {
        "_id": reward.id,
        "kind": kind_of(reward).value,
        "name": reward.name,
        "nameKey": name_key(reward.name),
        "description": reward.description,
        "imageUrl": reward.image_url,
        **_worth(reward),
        "version": reward.version,
        "createdAt": reward.created_at,
    }


def _worth(reward: Reward) -> Document:
    match reward:
        case PointReward():
            return {"points": reward.points, "expireAfterDays": reward.expire_after_days}
        case ItemReward():
            return {"sku": reward.sku, "quantity": reward.quantity}
        case CouponReward() | BadgeReward():
            return {}


def to_reward(document: Mapping[str, Any]) -> Reward:
    """The reward that is stored."""
    described: dict[str, Any] = {
        "id": document["_id"],
        "name": document["name"],
        "description": document["description"],
        "image_url": document["imageUrl"],
        "version": document["version"],
        "created_at": document["createdAt"],
    }
    match RewardKind(document["kind"]):
        case RewardKind.POINTS:
            lapse = document["expireAfterDays"]
            return PointReward(**described, points=document["points"], expire_after_days=lapse)
        case RewardKind.ITEM:
            return ItemReward(**described, sku=document["sku"], quantity=document["quantity"])
        case RewardKind.COUPON:
            return CouponReward(**described)
        case RewardKind.BADGE:
            return BadgeReward(**described)


async def rewards_by_id(database: Database, ids: Sequence[str]) -> dict[str, Reward]:
    """The rewards among `ids`, in one query."""
    found = database[REWARDS.name].find({"_id": {"$in": list(ids)}})
    return {document["_id"]: to_reward(document) async for document in found}


class RewardStore:
    """Reads that decide, and writes: all at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._rewards = mongo.write[REWARDS.name]

    async def insert(self, reward: Reward, session: Session) -> None:
        await self._rewards.insert_one(reward_document(reward), session=session)

    async def reward(self, reward_id: str, session: Session | None = None) -> Reward | None:
        document = await self._rewards.find_one({"_id": reward_id}, session=session)
        return None if document is None else to_reward(document)
