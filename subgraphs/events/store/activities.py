"""The log of activities: bulk writes, pages, and tallies for rules."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from subgraphs.events.model.activity import Activity
from subgraphs.events.model.event import Event, Window
from subgraphs.events.model.rule import (
    ActivityCondition,
    ActivityType,
    StreakCondition,
    SumCondition,
    Tally,
    activity_conditions,
    longest_streak,
)
from subgraphs.runtime.clock import LONG_AGO
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import Fields, partial_rows, read_pages

ACTIVITIES: Final = Collection(
    "activities",
    shard_key=(("userId", 1),),
    indexes=(
        Index((("userId", 1), ("source", 1), ("externalId", 1)), unique=True),
        # Holds all that tallies need, so that none of the documents is read for them.
        Index((("userId", 1), ("type", 1), ("occurredAt", 1), ("name", 1), ("amount", 1))),
        Index((("userId", 1), ("occurredAt", 1), ("_id", 1))),
    ),
)
_DUPLICATE_KEY: Final = 11000
LATEST_FIRST: Final = Sort("OCCURRED_AT_DESC", (("occurredAt", -1), ("_id", -1)))


@dataclass(frozen=True, slots=True)
class ActivityQuery:
    """Which activities of a user: None means any."""

    types: tuple[ActivityType, ...] | None = None
    occurred_from: datetime | None = None
    occurred_before: datetime | None = None


def activity_document(activity: Activity) -> Document:
    """How an activity is stored: its attributes as JSON text, since JSON holds what BSON does not."""
    return {
        "_id": activity.id,
        "userId": activity.user_id,
        "type": activity.type.value,
        "name": activity.name,
        "occurredAt": activity.occurred_at,
        "receivedAt": activity.received_at,
        "source": activity.source,
        "externalId": activity.external_id,
        "amount": activity.amount,
        "attributes": None if activity.attributes is None else json.dumps(activity.attributes),
    }


def to_activity(document: Mapping[str, Any]) -> Activity:
    """The activity that is stored."""
    return Activity(
        user_id=document["userId"],
        type=ActivityType(document["type"]),
        name=document["name"],
        occurred_at=document["occurredAt"],
        received_at=document["receivedAt"],
        source=document["source"],
        external_id=document["externalId"],
        amount=document["amount"],
        attributes=None if document["attributes"] is None else json.loads(document["attributes"]),
    )


_BLANK: Final = activity_document(Activity("", ActivityType.QUEST, None, LONG_AGO, LONG_AGO, "", ""))


async def record(mongo: Mongo, activities: Sequence[Activity], session: Session | None = None) -> int:
    """Adds those that are not there yet and gives how many that were.

    An upsert, since a duplicate insert would end a transaction; ordered, inside one, so that the same row twice is one
    row.
    """
    if not activities:
        return 0
    writes = []
    for activity in activities:
        document = activity_document(activity)
        key = {name: document[name] for name in ("userId", "source", "externalId")}
        writes.append(UpdateOne(key, {"$setOnInsert": document}, upsert=True))
    try:
        result = await mongo.write[ACTIVITIES.name].bulk_write(writes, ordered=session is not None, session=session)
    except BulkWriteError as error:
        # Two upserts of one row at once: one of them may be told so instead of finding the other's.
        if session is not None or any(fault["code"] != _DUPLICATE_KEY for fault in error.details["writeErrors"]):
            raise
        return int(error.details["nUpserted"])
    return int(result.upserted_count)


async def activity_pages(
    database: Database,
    user_ids: Sequence[str],
    query: ActivityQuery,
    bounds: PageBounds,
    cursors: Cursors,
    scope: str,
    fields: Fields = None,
) -> dict[str, Page[Activity]]:
    """The same page of each user's activities, latest first; of each activity only `fields` are right."""
    base: Document = {}
    if query.types is not None:
        base["type"] = {"$in": [kind.value for kind in query.types]}
    span = {"$gte": query.occurred_from, "$lt": query.occurred_before}
    limits = {operator: instant for operator, instant in span.items() if instant is not None}
    if limits:
        base["$and"] = [{"occurredAt": limits}]
    activities = database[ACTIVITIES.name]
    found = await read_pages(activities, "userId", user_ids, base, LATEST_FIRST, bounds, cursors, scope, fields=fields)
    return {user_id: page.map(partial_rows(to_activity, _BLANK)) for user_id, page in found.items()}


async def activities_in(
    database: Database, user_id: str, window: Window, kinds: Iterable[ActivityType], until: datetime
) -> list[Activity]:
    """What the user did of these kinds in the window, up to and with `until`, as far as rules look at it.

    The index tells all of that, and no document is read.
    """
    span: Document = {"$gte": window.starts_at, "$lte": until}
    if window.closes_at is not None:
        span["$lt"] = window.closes_at
    query = {"userId": user_id, "type": {"$in": sorted(kind.value for kind in kinds)}, "occurredAt": span}
    fields = {"_id": False, "type": True, "occurredAt": True, "name": True, "amount": True}
    rows = await database[ACTIVITIES.name].find(query, projection=fields).to_list(None)
    return [
        Activity(
            user_id=user_id,
            type=ActivityType(row["type"]),
            name=row["name"],
            occurred_at=row["occurredAt"],
            received_at=row["occurredAt"],
            source="log",
            external_id=str(number),
            amount=row["amount"],
        )
        for number, row in enumerate(rows)
    ]


async def activity(database: Database, user_id: str, source: str, external_id: str, session: Session) -> Activity:
    """The activity of this key, which must be there."""
    key = {"userId": user_id, "source": source, "externalId": external_id}
    document = await database[ACTIVITIES.name].find_one(key, session=session)
    if document is None:
        raise LookupError("an activity that was recorded is gone")
    return to_activity(document)


async def tallies(
    database: Database, wanted: Mapping[str, tuple[Event, Sequence[str]]]
) -> dict[tuple[str, str], dict[str, Tally]]:
    """For each event and each of its users: the tallies by condition id.

    One aggregation for them all; a user who did nothing is left out.
    """
    pipelines = [_tally_pipeline(event, ids) for event, ids in wanted.values() if activity_conditions(event.rule)]
    if not pipelines:
        return {}
    first, *others = pipelines
    union = [{"$unionWith": {"coll": ACTIVITIES.name, "pipeline": pipeline}} for pipeline in others]
    found: dict[tuple[str, str], dict[str, Tally]] = {}
    async for row in database[ACTIVITIES.name].aggregate([*first, *union]):
        found[row["event"], row["_id"]] = {condition: _to_tally(tally) for condition, tally in row["tallies"].items()}
    return found


def _tally_pipeline(event: Event, user_ids: Sequence[str]) -> list[Document]:
    rules = activity_conditions(event.rule)
    window: Document = {"$gte": event.starts_at}
    if event.closes_at is not None:
        window["$lt"] = event.closes_at
    kinds = sorted({condition.activity.value for condition in rules})
    day = {"$dateToString": {"date": "$occurredAt", "format": "%Y-%m-%d", "timezone": event.timezone}}
    return [
        {"$match": {"userId": {"$in": list(user_ids)}, "type": {"$in": kinds}, "occurredAt": window}},
        {"$group": {"_id": "$userId", **{condition.id: _accumulate(condition, day) for condition in rules}}},
        {
            "$project": {
                "event": {"$literal": event.id},
                "tallies": {condition.id: _tally(condition) for condition in rules},
            }
        },
    ]


def _accumulate(condition: ActivityCondition, day: Document) -> Document:
    fits: list[Document] = [{"$eq": ["$type", {"$literal": condition.activity.value}]}]
    if condition.name is not None:
        fits.append({"$eq": ["$name", {"$literal": condition.name}]})
    if isinstance(condition, SumCondition):
        return {"$sum": {"$cond": [{"$and": fits}, {"$toLong": {"$ifNull": ["$amount", 0]}}, 0]}}
    if isinstance(condition, StreakCondition) or condition.distinct_days:
        return {"$addToSet": {"$cond": [{"$and": fits}, day, "$$REMOVE"]}}
    return {"$sum": {"$cond": [{"$and": fits}, 1, 0]}}


def _tally(condition: ActivityCondition) -> Document:
    value = f"${condition.id}"
    match condition:
        case SumCondition():
            return {"total": value}
        case StreakCondition():
            return {"streakDays": value}
        case _:
            return {"days": {"$size": value}} if condition.distinct_days else {"count": value}


def _to_tally(stored: Mapping[str, Any]) -> Tally:
    return Tally(
        count=stored.get("count", 0),
        days=stored.get("days", 0),
        streak=longest_streak(date.fromisoformat(day) for day in stored.get("streakDays", ())),
        total=int(stored.get("total", 0)),
    )
