"""The three databases that are filled."""

import os
from dataclasses import dataclass

from subgraphs.runtime.mongo import Database, Mongo
from subgraphs.runtime.settings import StoreSettings


class SeedSettings(StoreSettings):
    """Where to fill. Bulk writes may take a while."""

    mongo_database: str = "admin"
    mongo_timeout_seconds: float = 120


@dataclass(frozen=True, slots=True)
class Databases:
    """One database a subgraph."""

    users: Database
    events: Database
    rewards: Database


def open_databases(settings: SeedSettings) -> tuple[Databases, list[Mongo]]:
    """The databases and the connections to close at the end."""
    names = [os.environ.get(f"{name.upper()}_DATABASE", name) for name in ("users", "events", "rewards")]
    connections = [
        Mongo(settings.model_copy(update={"mongo_database": name}), app_name="laurel-seed") for name in names
    ]
    users, events, rewards = (connection.write for connection in connections)
    return Databases(users, events, rewards), connections
