"""The ledger, and the lots of points that lapse."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo import UpdateOne

from subgraphs.rewards.model.wallet import Head, LedgerEntry, LedgerKind, Lot, LotExpiry, OpenWallet
from subgraphs.runtime.clock import LONG_AGO
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import Fields, partial_rows, read_pages

LEDGER: Final = Collection(
    "ledger",
    shard_key=(("userId", 1),),
    indexes=(Index((("userId", 1), ("seq", 1)), unique=True),),
)
_OPEN: Final[Document] = {"remaining": {"$gt": 0}}
LOTS: Final = Collection(
    "lots",
    shard_key=(("userId", 1),),
    indexes=(
        Index((("userId", 1), ("seq", 1)), unique=True),
        Index((("userId", 1), ("expiresAt", 1)), partial=_OPEN),
        # What has lapsed is looked for on all shards.
        Index((("expiresAt", 1), ("userId", 1)), partial=_OPEN),
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


def lot_document(lot: Lot) -> Document:
    """How a lot is stored."""
    return {
        "_id": lot.id,
        "userId": lot.user_id,
        "seq": lot.seq,
        "points": lot.points,
        "remaining": lot.remaining,
        "expiresAt": lot.expires_at,
        "requestId": lot.request_id,
    }


def to_lot(document: Mapping[str, Any]) -> Lot:
    """The lot that is stored."""
    return Lot(
        user_id=document["userId"],
        seq=document["seq"],
        points=document["points"],
        remaining=document["remaining"],
        expires_at=document["expiresAt"],
        request_id=document["requestId"],
    )


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


_BLANK: Final = ledger_document(LedgerEntry("", 0, LedgerKind.GRANT, 0, 0, LONG_AGO, None, None, None))


async def heads(database: Database, user_ids: Sequence[str], session: Session | None = None) -> dict[str, Head]:
    """Where each wallet's ledger stands, in one aggregation over the index; a wallet without entries is left out."""
    pipeline: list[Document] = [
        {"$match": {"userId": {"$in": sorted(set(user_ids))}}},
        {"$sort": {"userId": -1, "seq": -1}},
        {"$group": {"_id": "$userId", "seq": {"$first": "$seq"}, "balance": {"$first": "$balanceAfter"}}},
    ]
    found = database[LEDGER.name].aggregate(pipeline, session=session)
    return {row["_id"]: Head(row["seq"], row["balance"]) async for row in found}


async def lot_expiry(database: Database, user_ids: Sequence[str], now: datetime) -> dict[str, LotExpiry]:
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
    wallets: dict[str, LotExpiry] = {}
    async for row in database[LOTS.name].aggregate(pipeline):
        coming = row.get("next") or {}
        wallets[row["_id"]] = LotExpiry(row["lapsed"], coming.get("points"), coming.get("at"))
    return wallets


async def ledger_pages(
    database: Database,
    user_ids: Sequence[str],
    bounds: PageBounds,
    cursors: Cursors,
    scope: str,
    fields: Fields = None,
) -> dict[str, Page[LedgerEntry]]:
    """The same page of each wallet's entries, latest first; of each entry only `fields` are right."""
    ledger = database[LEDGER.name]
    found = await read_pages(ledger, "userId", user_ids, {}, LATEST_FIRST, bounds, cursors, scope, fields=fields)
    return {user_id: page.map(partial_rows(to_entry, _BLANK)) for user_id, page in found.items()}


class WalletStore:
    """Reads that decide, and writes: all at the primary.

    Of two transactions that book on one wallet the ledger's numbers let only one through.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._database = mongo.write
        self._ledger = mongo.write[LEDGER.name]
        self._lots = mongo.write[LOTS.name]

    async def heads(self, user_ids: Sequence[str], session: Session | None = None) -> dict[str, Head]:
        """Returns where each wallet's ledger stands, by user, as the primary has it."""
        return await heads(self._database, user_ids, session)

    async def expired_lots(self, user_ids: Sequence[str], now: datetime, session: Session) -> dict[str, list[Lot]]:
        """Each user's lots that have lapsed and are not booked so yet."""
        query = {"userId": {"$in": sorted(set(user_ids))}, **_OPEN, "expiresAt": {"$lte": now}}
        lots: dict[str, list[Lot]] = {}
        async for row in self._lots.find(query, session=session):
            lots.setdefault(row["userId"], []).append(to_lot(row))
        return lots

    async def lots_covering(self, user_id: str, points: int, now: datetime, session: Session) -> list[Lot]:
        """The user's lots that lapse first, as many as hold the points, or all; those that never lapse come last."""
        lots: list[Lot] = []
        missing = points
        for lapse, order in (({"$gt": now}, "expiresAt"), (None, "seq")):
            if missing <= 0:
                break
            query = {"userId": user_id, **_OPEN, "expiresAt": lapse}
            async for row in self._lots.find(query, sort=[(order, 1)], session=session):
                lots.append(to_lot(row))
                missing -= row["remaining"]
                if missing <= 0:
                    break
        return lots

    async def expired_points_of(self, user_id: str, request_id: str, session: Session) -> int:
        """How many of the points that a request brought are booked as expired."""
        query = {"userId": user_id, "kind": LedgerKind.EXPIRE.value, "requestId": request_id}
        return sum([-row["points"] async for row in self._ledger.find(query, session=session)])

    async def users_with_expired_lots(self, now: datetime, limit: int) -> list[str]:
        """Users with lots that have lapsed and are not booked so yet: of that many lots, the longest overdue."""
        query = {**_OPEN, "expiresAt": {"$lte": now}}
        found = self._lots.find(query, projection={"userId": True}, sort=[("expiresAt", 1)], limit=limit)
        return list(dict.fromkeys([row["userId"] async for row in found]))

    async def write(self, accounts: Sequence[OpenWallet], session: Session) -> None:
        """Books what the accounts have collected."""
        entries = [ledger_document(entry) for account in accounts for entry in account.entries]
        opened = [lot_document(lot) for account in accounts for lot in account.opened]
        shrunk = [
            UpdateOne({"userId": lot.user_id, "seq": lot.seq}, {"$set": {"remaining": lot.remaining}})
            for account in accounts
            for lot in account.shrunk.values()
        ]
        if entries:
            await self._ledger.insert_many(entries, session=session)
        if opened:
            await self._lots.insert_many(opened, session=session)
        if shrunk:
            await self._lots.bulk_write(shrunk, session=session)

    async def entry(self, user_id: str, seq: int) -> LedgerEntry:
        """An entry that is there for sure."""
        document = await self._ledger.find_one({"userId": user_id, "seq": seq})
        if document is None:
            raise LookupError("a booked entry is gone")
        return to_entry(document)
