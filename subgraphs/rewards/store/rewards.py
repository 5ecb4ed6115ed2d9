"""Rewards: look-ups and changes. Each is stored with its kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pymongo import ReturnDocument

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
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import read_page, read_text_page


def reward_tags(reward_id: str) -> tuple[str, ...]:
    """The tags of cached values that a reward is part of."""
    return (f"Reward:{reward_id}",)


# One index serves a sort both ways, for the tie-break turns with it. Text is found by its own index, and sorted in memory.
REWARDS: Final = Collection(
    "rewards",
    cache_tags=reward_tags,
    indexes=(
        Index((("createdAt", 1), ("_id", 1))),
        Index((("nameKey", 1), ("_id", 1))),
        Index((("name", "text"), ("description", "text"))),
    ),
)

SORTS: Final = {
    "CREATED_AT_DESC": Sort("CREATED_AT_DESC", (("createdAt", -1), ("_id", -1))),
    "NAME_ASC": Sort("NAME_ASC", (("nameKey", 1), ("_id", 1))),
}


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


@dataclass(frozen=True, slots=True)
class RewardQuery:
    """Which rewards: None means any."""

    kinds: tuple[RewardKind, ...] | None = None
    text: str | None = None


async def rewards_page(
    database: Database, query: RewardQuery, sort: Sort, bounds: PageBounds, cursors: Cursors, scope: str
) -> Page[Reward]:
    """One page of the rewards that the query selects."""
    collection = database[REWARDS.name]
    base: Document = {} if query.kinds is None else {"kind": {"$in": [kind.value for kind in query.kinds]}}
    if query.text is not None:
        return (await read_text_page(collection, query.text, base, sort, bounds, cursors, scope)).map(to_reward)
    hint = Index(tuple((field, 1) for field, _ in sort.fields)).name
    return (await read_page(collection, base, sort, bounds, cursors, scope, hint=hint)).map(to_reward)


async def rewards_by_id(database: Database, ids: Sequence[str]) -> dict[str, Reward]:
    """The rewards among `ids`, in one query."""
    found = database[REWARDS.name].find({"_id": {"$in": list(ids)}})
    return {document["_id"]: to_reward(document) async for document in found}


class RewardStore:
    """Reads that decide, and writes: all at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._rewards = mongo.write[REWARDS.name]

    async def insert(self, reward: Reward, session: Session) -> None:
        """Inserts a new reward in the transaction of `session`."""
        await self._rewards.insert_one(reward_document(reward), session=session)

    async def update_texts(self, reward: Reward, session: Session) -> Reward | None:
        """Compare-and-set of what may change: the changed reward, or None when its version is another."""
        words = {
            "name": reward.name,
            "nameKey": name_key(reward.name),
            "description": reward.description,
            "imageUrl": reward.image_url,
        }
        document = await self._rewards.find_one_and_update(
            {"_id": reward.id, "version": reward.version},
            {"$set": words, "$inc": {"version": 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if document is None else to_reward(document)

    async def count_batch(self, reward_id: str, session: Session) -> None:
        """Notes that codes are added to the coupon's pool.

        So that two calls that add write their audit one after the other. It is no new version: the coupon's words are
        as they were.
        """
        await self._rewards.update_one({"_id": reward_id}, {"$inc": {"codeBatches": 1}}, session=session)

    async def reward(self, reward_id: str, session: Session | None = None) -> Reward | None:
        """Returns the reward as the primary has it, or None."""
        document = await self._rewards.find_one({"_id": reward_id}, session=session)
        return None if document is None else to_reward(document)
