"""Creates the collections and indexes of every subgraph. Run at each deploy; doing it again changes nothing.

`python -m deploy.mongo.indexes` reads MONGO_URL, and USERS_DATABASE, EVENTS_DATABASE, REWARDS_DATABASE where a database
is not named like its subgraph.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence

from subgraphs.events.store import COLLECTIONS as EVENTS
from subgraphs.rewards.store import COLLECTIONS as REWARDS
from subgraphs.runtime.mongo import Collection, Mongo, ensure_collections
from subgraphs.runtime.settings import StoreSettings, load_settings
from subgraphs.users.store import COLLECTIONS as USERS

DECLARED: Mapping[str, Sequence[Collection]] = {"users": USERS, "events": EVENTS, "rewards": REWARDS}


class IndexSettings(StoreSettings):
    """Where the databases are. Building an index over much data takes long."""

    mongo_database: str = "admin"
    mongo_timeout_seconds: float = 3600


async def create(settings: IndexSettings) -> None:
    """Creates what is missing in the three databases."""
    for name, collections in DECLARED.items():
        database = os.environ.get(f"{name.upper()}_DATABASE", name)
        mongo = Mongo(settings.model_copy(update={"mongo_database": database}), app_name="laurel-deploy")
        try:
            await ensure_collections(mongo.write, collections)
        finally:
            mongo.close()


if __name__ == "__main__":
    asyncio.run(create(load_settings(IndexSettings)))
