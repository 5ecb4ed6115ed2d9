"""Statistics of events, counted when asked for from the requests of all shards, over the index by event."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from pymongo import UpdateOne

from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.stats import Day, Span, Totals
from subgraphs.rewards.store.requests import REQUESTS
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo
from subgraphs.runtime.pagination.queries import union

REFUSALS: Final = Collection(
    "refusals",
    shard_key=(("eventId", "hashed"),),
    indexes=(Index((("eventId", 1), ("code", 1)), unique=True),),
)


def _has(status: RequestStatus) -> Document:
    return {"$sum": {"$cond": [{"$eq": ["$status", status.value]}, 1, 0]}}


_COUNTS: Final[Document] = {
    "claims": {"$sum": 1},
    "fulfilled": _has(RequestStatus.FULFILLED),
    "rejected": _has(RequestStatus.REJECTED),
    "points": {
        "$sum": {"$cond": [{"$eq": ["$status", RequestStatus.FULFILLED.value]}, {"$ifNull": ["$grant.points", 0]}, 0]}
    },
}


async def event_totals(database: Database, event_ids: Sequence[str]) -> dict[str, Totals]:
    """The totals of each event that has requests, in one aggregation."""
    pipeline: list[Document] = [
        {"$match": {"eventId": {"$in": list(event_ids)}}},
        {"$group": {"_id": {"event": "$eventId", "user": "$userId"}, **_COUNTS}},
        {
            "$group": {
                "_id": "$_id.event",
                "users": {"$sum": 1},
                **{name: {"$sum": f"${name}"} for name in _COUNTS},
            }
        },
    ]
    found = database[REQUESTS.name].aggregate(pipeline, allowDiskUse=True)
    return {
        row["_id"]: Totals(
            claims=row["claims"],
            fulfilled=row["fulfilled"],
            rejected=row["rejected"],
            distinct_users=row["users"],
            points=row["points"],
        )
        async for row in found
    }


async def event_days(database: Database, spans: Mapping[str, Span]) -> dict[str, list[Day]]:
    """Every day of each event's span, the oldest first, by the day of the claim; in one aggregation."""

    def pipeline(event_id: str) -> list[Document]:
        span = spans[event_id]
        day = {"$dateToString": {"date": "$createdAt", "timezone": span.timezone, "format": "%Y-%m-%d"}}
        return [
            {"$match": {"eventId": event_id, "createdAt": {"$gte": span.begins}}},
            {"$group": {"_id": day, **_COUNTS}},
            {"$addFields": {"eventId": {"$literal": event_id}}},
        ]

    requests = database[REQUESTS.name]
    whole = union(requests, [pipeline(event_id) for event_id in spans])
    counted: dict[str, dict[date, Day]] = {event_id: {} for event_id in spans}
    async for row in requests.aggregate(whole, allowDiskUse=True):
        day = _to_day(row)
        counted[row["eventId"]][day.day] = day
    return {event_id: [counted[event_id].get(day, Day(day)) for day in span.days] for event_id, span in spans.items()}


def _to_day(row: Mapping[str, Any]) -> Day:
    return Day(date.fromisoformat(row["_id"]), row["claims"], row["fulfilled"], row["points"])


async def refusal_counts(database: Database, event_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """By event: how many claims were refused by which code, the most frequent first."""
    counts: dict[str, dict[str, int]] = {}
    found = database[REFUSALS.name].find({"eventId": {"$in": list(event_ids)}})
    async for row in found.sort([("count", -1), ("code", 1)]):
        counts.setdefault(row["eventId"], {})[row["code"]] = row["count"]
    return counts


class RefusalStore:
    """Adds to the counts, outside of every transaction."""

    def __init__(self, mongo: Mongo) -> None:
        self._refusals = mongo.write[REFUSALS.name]

    async def add(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Adds each (event, code)'s count."""
        await self._refusals.bulk_write(
            [
                UpdateOne({"eventId": event_id, "code": code}, {"$inc": {"count": count}}, upsert=True)
                for (event_id, code), count in counts.items()
            ],
            ordered=False,
        )
