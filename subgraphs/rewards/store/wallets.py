"""The ledger, and the lots of points that lapse."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from subgraphs.rewards.model.wallet import Head, LapsedAndNext, LedgerEntry, LedgerKind
from subgraphs.runtime.connection import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.pages import read_pages

LEDGER: Final = Collection(
    "ledger",
    shard_key=(("userId", 1),),
    indexes=(Index((("userId", 1), ("seq", 1)), unique=True),),
)
LOTS: Final = Collection(
    "lots",
    shard_key=(("userId", 1),),
    indexes=(
        Index((("userId", 1), ("seq", 1)), unique=True),
        Index((("userId", 1), ("expiresAt", 1)), partial={"remaining": {"$gt": 0}}),
    ),
)
LATEST_FIRST: Final = Sort("SEQ_DESC", (("seq", -1),))


def ledger_document(entry: LedgerEntry) -> Document:
    """How an entry is stored."""
    return {
        "_id": entry.id,
        "userId": entry.user_id,
        "seq": entry.seq,
        "kind": entry.kind.value,
        "points": entry.points,
        "balanceAfter": entry.balance_after,
        "at": entry.at,
        "requestId": entry.request_id,
        "reason": entry.reason,
        "expiresAt": entry.expires_at,
    }


def lot_document(entry: LedgerEntry) -> Document:
    """The lot that a grant opens: its points, of which `remaining` are neither spent nor lapsed."""
    return {
        "_id": entry.id,
        "userId": entry.user_id,
        "seq": entry.seq,
        "points": entry.points,
        "remaining": entry.points,
        "expiresAt": entry.expires_at,
        "requestId": entry.request_id,
    }


def to_entry(document: Mapping[str, Any]) -> LedgerEntry:
    """The entry that is stored."""
    return LedgerEntry(
        user_id=document["userId"],
        seq=document["seq"],
        kind=LedgerKind(document["kind"]),
        points=document["points"],
        balance_after=document["balanceAfter"],
        at=document["at"],
        request_id=document["requestId"],
        reason=document["reason"],
        expires_at=document["expiresAt"],
    )


async def heads(database: Database, user_ids: Sequence[str], session: Session | None = None) -> dict[str, Head]:
    """Where each wallet's ledger stands, in one aggregation over the index; a wallet without entries is left out."""
    pipeline: list[Document] = [
        {"$match": {"userId": {"$in": sorted(set(user_ids))}}},
        {"$sort": {"userId": -1, "seq": -1}},
        {"$group": {"_id": "$userId", "seq": {"$first": "$seq"}, "balance": {"$first": "$balanceAfter"}}},
    ]
    found = database[LEDGER.name].aggregate(pipeline, session=session)
    return {row["_id"]: Head(row["seq"], row["balance"]) async for row in found}


async def lapsed_and_next(database: Database, user_ids: Sequence[str], now: datetime) -> dict[str, LapsedAndNext]:
    """What of each wallet has lapsed by `now` without being booked, and what lapses next, in one aggregation."""
    past = {"$lte": ["$expiresAt", now]}
    pipeline: list[Document] = [
        {"$match": {"userId": {"$in": list(user_ids)}, "remaining": {"$gt": 0}, "expiresAt": {"$type": "date"}}},
        {"$group": {"_id": {"user": "$userId", "at": "$expiresAt", "past": past}, "points": {"$sum": "$remaining"}}},
        {"$sort": {"_id.at": 1}},
        {
            "$group": {
                "_id": "$_id.user",
                "lapsed": {"$sum": {"$cond": ["$_id.past", "$points", 0]}},
                "coming": {
                    "$push": {"$cond": ["$_id.past", "$$REMOVE", {"points": "$points", "at": "$_id.at"}]},
                },
            }
        },
        {"$project": {"lapsed": True, "next": {"$first": "$coming"}}},
    ]
    wallets: dict[str, LapsedAndNext] = {}
    async for row in database[LOTS.name].aggregate(pipeline):
        coming = row.get("next") or {}
        wallets[row["_id"]] = LapsedAndNext(row["lapsed"], coming.get("points"), coming.get("at"))
    return wallets


async def ledger_pages(
    database: Database, user_ids: Sequence[str], bounds: PageBounds, cursors: Cursors, scope: str
) -> dict[str, Page[LedgerEntry]]:
    """The same page of each wallet's entries, latest first."""
    found = await read_pages(database[LEDGER.name], "userId", user_ids, {}, LATEST_FIRST, bounds, cursors, scope)
    return {user_id: page.map(to_entry) for user_id, page in found.items()}


class WalletStore:
    """Writes, at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._database = mongo.write

    async def heads(self, user_ids: Sequence[str], session: Session) -> dict[str, Head]:
        return await heads(self._database, user_ids, session)

    async def grant(self, entries: Sequence[LedgerEntry], session: Session) -> None:
        """Books grants and opens their lots."""
        await self._database[LEDGER.name].insert_many([ledger_document(e) for e in entries], session=session)
        await self._database[LOTS.name].insert_many([lot_document(e) for e in entries], session=session)
