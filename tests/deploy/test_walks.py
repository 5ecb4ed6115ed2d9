"""Every list that the README guarantees costs the same on any page: short ones here, long ones in `make bench-scale`."""

from datetime import UTC, datetime

from deploy.benchmarks.long_lists import fill
from deploy.benchmarks.walks import walk_all
from deploy.local.seed.bulk import seed_bulk
from deploy.local.seed.places import Databases
from deploy.mongo.indexes import DECLARED
from subgraphs.events.store.events import EVENTS
from subgraphs.runtime.mongo import Mongo, ensure_collections

ROWS = 1300
PAGE = 4


async def test_the_first_a_middle_and_the_last_page_of_each_guaranteed_list_examine_as_much(mongo: Mongo) -> None:
    for declared in DECLARED.values():
        await ensure_collections(mongo.write, declared)
    databases = Databases(users=mongo.write, events=mongo.write, rewards=mongo.write)
    now = datetime.now(UTC)
    await seed_bulk(databases, ROWS, ROWS, now)
    # Half of the events are hidden from most, and must not stand in their way.
    await mongo.write[EVENTS.name].update_many(
        {"version": 1, "_id": {"$regex": "[13579]$"}}, {"$set": {"lifecycle": "ARCHIVED"}}
    )
    await fill(databases, ROWS, now)
    walks = await walk_all(databases, PAGE, now)
    assert len(walks) == 34
    assert [
        (walk.name, walk.first, walk.nth, walk.last, walk.from_the_back) for walk in walks if not walk.is_even
    ] == []
