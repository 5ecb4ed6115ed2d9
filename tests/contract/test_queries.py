"""Every query that this run has sent: found by an index, in the index's order, and on one shard where data is sharded.

What is sent is collected while the other tests run, so a new query is judged without being listed anywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.local.seed.bulk import seed_bulk
from deploy.local.seed.demo import seed_demo
from deploy.local.seed.places import Databases
from deploy.mongo.indexes import DECLARED
from subgraphs.runtime.mongo import Collection, Mongo, ensure_collections, fits_shard_key
from tests.fixtures.queries import QUERIES, Query

COLLECTIONS: dict[str, Collection] = {c.name: c for declared in DECLARED.values() for c in declared}
_BY_STAFF = "staff look through everybody's, in the order of an index, bounded by a page and a time"
_SWEPT = "the worker looks for what is due, in an index that holds nothing else, bounded by a limit"
_RECONCILED = "reconciliation reads all there is, in the order of an index, on the analytics connection"
_COUNTED = "statistics of an event, over an index, on the analytics connection, bounded by a time"
# Asked of every shard, by how the query begins, each with the reason why that is right.
SCATTERED: dict[str, str] = {
    "events.": "lists of events are ordered by time or name over all events; there are some ten thousand",
    "users.": "the back office's table of users is ordered by time or name over all users, bounded by a time",
    "outbox.": "the relay takes the oldest of all messages; with shards there is one relay for each",
    "requests.find {} sort ['createdAt'": _BY_STAFF,
    "requests.find {$or: [{createdAt": _BY_STAFF,
    "requests.find {$and: [{createdAt": _BY_STAFF,
    "requests.find {offerId": _BY_STAFF,
    "requests.find {eventId": _BY_STAFF,
    "requests.find {status: {$in": _BY_STAFF,
    "requests.aggregate [{$group: {_id: int, n: {$sum: int}}}, {$limit: int}": _BY_STAFF,
    "requests.find {status: str, expiresAt": _SWEPT,
    "requests.find {delivering": _SWEPT,
    "lots.find {remaining": _SWEPT,
    "requests.find {} sort": _RECONCILED,
    "ledger.find {} sort": _RECONCILED,
    "lots.find {} sort": _RECONCILED,
    "badges.find {} sort": _RECONCILED,
    "offers.find {} sort": _RECONCILED,
    "stock.find {} sort": _RECONCILED,
    "codes.find {} sort": _RECONCILED,
    "audit.find {} sort": _RECONCILED,
    "requests.aggregate [{$group: {_id: {offer": _RECONCILED,
    "requests.aggregate [{$group: {_id: str, users": _COUNTED,
    "requests.aggregate [{$addFields": _COUNTED,
}
# What only counts may scan: it stops at 10,000 rows and after half a second.
COUNTED = "{$group: {_id: int, n: {$sum: int}}}, {$limit: int}"
# Sorted in memory, each with what bounds it.
SORTED_IN_MEMORY: dict[str, str] = {
    "$unionWith": "no hint reaches into a union; a parent's own rows, and of them the planner walks what is in order",
    "lots.find": "a user's open lots, which are few",
    "refusals.find": "one line a code of refusal, of which there are eleven",
    "requests.find {offerId: str, grant.kind": "reconciliation, in bounded batches of one offer's coupons",
    "$text": "an index of words has no other order; bounded by a limit and a second",
}


@pytest.mark.parametrize("collection", COLLECTIONS.values(), ids=lambda c: c.name)
def test_a_unique_index_begins_with_the_whole_shard_key(collection: Collection) -> None:
    assert [index.name for index in collection.indexes if not fits_shard_key(index, collection)] == []


def conditions(query: Query) -> Iterator[Mapping[str, Any]]:
    """What each part of a query selects by: a union has several parts."""
    if query.pipeline is None:
        yield query.filter
        return
    yield from _of_pipeline(query.pipeline)


def _of_pipeline(pipeline: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    first = pipeline[0]
    if "$documents" in first:
        return
    yield first.get("$match", {})
    for stage in pipeline[1:]:
        for name in ("$unionWith", "$lookup"):
            if name in stage:
                yield from _of_pipeline(stage[name]["pipeline"])


def names_shard(condition: Mapping[str, Any], field: str) -> bool:
    """Whether the condition holds the field to values, in itself or in each of its branches."""
    value = condition.get(field)
    if value is not None or (field in condition and value is None):
        return not isinstance(value, Mapping) or "$in" in value or "$eq" in value or not any(k[0] == "$" for k in value)
    if any(names_shard(part, field) for part in condition.get("$and", ())):
        return True
    branches = condition.get("$or", ())
    return bool(branches) and all(names_shard(branch, field) for branch in branches)


@pytest.mark.last
def test_every_query_of_a_sharded_collection_names_its_shard() -> None:
    scattered = [
        query.shape
        for query in QUERIES.seen.values()
        if (declared := COLLECTIONS.get(query.collection)) is not None
        and declared.shard_key
        and not query.shape.startswith(tuple(SCATTERED))
        # The first field of a ranged key is enough to find the shards.
        and not all(names_shard(part, declared.shard_key[0][0]) for part in conditions(query))
    ]
    assert scattered == []


@pytest.fixture
async def filled(mongo: Mongo) -> Mongo:
    """All collections of all subgraphs in one database, with enough in them that a scan would show."""
    for declared in DECLARED.values():
        await ensure_collections(mongo.write, declared)
    databases = Databases(users=mongo.write, events=mongo.write, rewards=mongo.write)
    now = datetime.now(UTC)
    await seed_demo(databases, now)
    await seed_bulk(databases, 500, 300, now)
    return mongo


@pytest.mark.last
async def test_every_query_is_found_by_an_index_and_in_its_order(filled: Mongo) -> None:
    faults = []
    for query in QUERIES.seen.values():
        if query.collection not in COLLECTIONS or not _can_be_explained(query):
            continue
        plan = str(await filled.write.command({"explain": _command(query), "verbosity": "queryPlanner"}))
        if "'COLLSCAN'" in plan and COUNTED not in query.shape:
            faults.append(f"scans: {query.shape}")
        if "'SORT'" in plan and not any(reason in query.shape for reason in SORTED_IN_MEMORY):
            faults.append(f"sorts in memory: {query.shape}")
    assert faults == [], "\n".join(faults)


def _can_be_explained(query: Query) -> bool:
    return query.pipeline is None or "$documents" not in query.pipeline[0]


def _command(query: Query) -> dict[str, Any]:
    hint = {} if query.hint is None else {"hint": query.hint}
    if query.pipeline is not None:
        return {"aggregate": query.collection, "pipeline": list(query.pipeline), "cursor": {}, **hint}
    sort = {} if query.sort is None else {"sort": query.sort}
    return {"find": query.collection, "filter": query.filter, "limit": query.limit, **sort, **hint}
