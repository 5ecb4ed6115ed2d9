"""Pools of coupon codes: drawn in groups from a random place, so that callers do not queue for the same free code.

A code never leaves this collection but to the request that it was drawn for.
"""

import random
from collections.abc import Sequence
from typing import Final

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError, ExecutionTimeout

from subgraphs.rewards.model.code import CodeState, Holder, PoolCounts
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.pagination.queries import union

# Free codes in the order of their `place`; also counts a pool without reading a document.
_BY_STATE: Final = Index((("rewardId", 1), ("state", 1), ("place", 1), ("code", 1)))
CODES: Final = Collection(
    "codes",
    shard_key=(("rewardId", 1), ("code", 1)),
    indexes=(Index((("rewardId", 1), ("code", 1)), unique=True), _BY_STATE),
)
COUNT_MILLISECONDS: Final = 2000


def code_document(reward_id: str, code: str) -> Document:
    """How a free code is stored, at a random place of its pool."""
    return {
        "rewardId": reward_id,
        "code": code,
        "state": CodeState.FREE.value,
        "place": random.random(),
        "requestId": None,
        "userId": None,
    }


async def pool_counts(database: Database, reward_ids: Sequence[str]) -> dict[str, PoolCounts]:
    """The counts of each reward's pool, in one aggregation over the index; nothing at all when that took too long."""
    counts: dict[str, dict[str, int]] = {reward_id: {} for reward_id in reward_ids}
    pipeline: list[Document] = [
        {"$match": {"rewardId": {"$in": list(reward_ids)}}},
        {"$group": {"_id": {"rewardId": "$rewardId", "state": "$state"}, "codes": {"$sum": 1}}},
    ]
    found = database[CODES.name].aggregate(pipeline, hint=_BY_STATE.name, maxTimeMS=COUNT_MILLISECONDS)
    try:
        async for row in found:
            counts[row["_id"]["rewardId"]][row["_id"]["state"]] = row["codes"]
    except ExecutionTimeout:
        return {}
    return {
        reward_id: PoolCounts(
            available=states.get(CodeState.FREE, 0),
            issued=states.get(CodeState.ISSUED, 0),
            revoked=states.get(CodeState.REVOKED, 0),
        )
        for reward_id, states in counts.items()
    }


async def pools_with_free_codes(database: Database, reward_ids: Sequence[str]) -> frozenset[str]:
    """Which of the coupons have a code left, in one aggregation that looks at one code of each."""

    def pipeline(reward_id: str) -> list[Document]:
        return [
            {"$match": {"rewardId": reward_id, "state": CodeState.FREE.value}},
            {"$limit": 1},
            {"$project": {"_id": False, "rewardId": True}},
        ]

    codes = database[CODES.name]
    found = codes.aggregate(union(codes, [pipeline(reward_id) for reward_id in reward_ids]))
    return frozenset([row["rewardId"] async for row in found])


class CodeExists(Exception):
    """A code that was to be added has come into the pool meanwhile."""


class CodeStore:
    """Draws and revokes, at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._codes = mongo.write[CODES.name]

    async def known(self, reward_id: str, codes: Sequence[str], session: Session) -> set[str]:
        """Which of the codes the pool has, in whatever state."""
        found = self._codes.find(
            {"rewardId": reward_id, "code": {"$in": list(codes)}},
            projection={"_id": False, "code": True},
            session=session,
        )
        return {row["code"] async for row in found}

    async def insert(self, reward_id: str, codes: Sequence[str], session: Session) -> None:
        """Adds free codes. Raises CodeExists when the pool has one of them; the transaction is then over."""
        if not codes:
            return
        try:
            await self._codes.insert_many([code_document(reward_id, code) for code in codes], session=session)
        except BulkWriteError as error:
            # The driver's error shows the code, which must get into no log.
            if error.has_error_label("TransientTransactionError"):
                raise
            raise CodeExists from None

    async def draw(self, reward_id: str, holders: Sequence[Holder], session: Session) -> list[str]:
        """A code for each holder, in their order; fewer when the pool has fewer.

        Of two transactions that draw the same code one fails with a transient error.
        """
        codes = await self._free(reward_id, len(holders), session)
        given = [
            UpdateOne(
                {"rewardId": reward_id, "code": code, "state": CodeState.FREE.value},
                {"$set": {"state": CodeState.ISSUED.value, "requestId": holder.id, "userId": holder.user_id}},
            )
            for code, holder in zip(codes, holders, strict=False)
        ]
        if given:
            result = await self._codes.bulk_write(given, session=session)
            if result.matched_count != len(given):
                raise LookupError("the snapshot of this transaction changed")
        return codes

    async def revoke(self, reward_id: str, code: str, session: Session) -> None:
        """Takes an issued code back for good: nobody gets it again."""
        result = await self._codes.update_one(
            {"rewardId": reward_id, "code": code, "state": CodeState.ISSUED.value},
            {"$set": {"state": CodeState.REVOKED.value}},
            session=session,
        )
        if result.matched_count != 1:
            raise LookupError("the code to revoke was not issued")

    async def _free(self, reward_id: str, count: int, session: Session) -> list[str]:
        start = random.random()
        codes: list[str] = []
        for span in ({"$gte": start}, {"$lt": start}):
            if len(codes) < count:
                found = self._codes.find(
                    {"rewardId": reward_id, "state": CodeState.FREE.value, "place": span},
                    projection={"_id": False, "code": True},
                    sort=[("place", 1)],
                    limit=count - len(codes),
                    hint=_BY_STATE.name,
                    session=session,
                )
                codes += [document["code"] async for document in found]
        return codes
