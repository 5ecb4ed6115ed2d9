"""Badges that users hold: one for each grant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from subgraphs.rewards.model.code import Holder
from subgraphs.rewards.model.reward import BadgeReward
from subgraphs.runtime.mongo import Collection, Index, Mongo, Session

# The id is the request's, which begins with the user's: unique over all shards, and one request awards once.
BADGES: Final = Collection(
    "badges",
    shard_key=(("userId", 1),),
    indexes=(Index((("userId", 1), ("awardedAt", 1), ("_id", 1))),),
)


class BadgeStore:
    """Awards and removes, at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._badges = mongo.write[BADGES.name]

    async def award(self, requests: Sequence[Holder], reward: BadgeReward, at: datetime, session: Session) -> None:
        """Gives each request's user the badge."""
        rows = [{"_id": r.id, "userId": r.user_id, "rewardId": reward.id, "awardedAt": at} for r in requests]
        await self._badges.insert_many(rows, session=session)

    async def remove(self, request_id: str, user_id: str, session: Session) -> None:
        """Takes away the badge that the request brought; others of the same reward stay."""
        result = await self._badges.delete_one({"userId": user_id, "_id": request_id}, session=session)
        if result.deleted_count != 1:
            raise LookupError("the badge to remove was not awarded")
