"""Badges that users hold: one for each grant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from subgraphs.rewards.model.code import Holder
from subgraphs.rewards.model.reward import Award, BadgeReward
from subgraphs.runtime.mongo import Collection, Database, Index, Mongo, Session
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import read_pages

# The id is the request's, which begins with the user's: unique over all shards, and one request awards once.
BADGES: Final = Collection(
    "badges",
    shard_key=(("userId", 1),),
    indexes=(Index((("userId", 1), ("awardedAt", 1), ("_id", 1))),),
)


LATEST_FIRST: Final = Sort("AWARDED_AT_DESC", (("awardedAt", -1), ("_id", -1)))


async def badge_pages(
    database: Database, user_ids: Sequence[str], bounds: PageBounds, cursors: Cursors, scope: str
) -> dict[str, Page[Award]]:
    """The same page of each user's badges, latest first."""
    found = await read_pages(database[BADGES.name], "userId", user_ids, {}, LATEST_FIRST, bounds, cursors, scope)
    return {user_id: page.map(_to_award) for user_id, page in found.items()}


def _to_award(document: Mapping[str, Any]) -> Award:
    return Award(document["rewardId"], document["awardedAt"])


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
