"""Shards the collections of every subgraph as they are declared, and places what is a user's by region.

Run against a mongos before `deploy.mongo.indexes`; doing it again changes nothing.

`python -m deploy.mongo.shard` reads what `deploy.mongo.indexes` reads, and REGION_SHARDS, which says where the data of users
who registered in a region lies: `{"kr": ["shard-a"], "de": ["shard-b", "shard-c"]}`. Without it the balancer decides.
Collections of hashed keys are split over all shards when they are empty; those of ranged keys along the regions.
"""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from pydantic import Field

from deploy.mongo.indexes import DECLARED, IndexSettings
from subgraphs.runtime.mongo import Collection, Document, Mongo
from subgraphs.runtime.settings import load_settings

Regions = Mapping[str, Sequence[str]]
ShardKey = Mapping[str, Any]


class Cluster(Protocol):
    """A sharded cluster, through its mongos."""

    async def run(self, database: str, command: Document) -> None:
        """Carries out a command. Raises the driver's error when it is refused."""

    async def key_of(self, namespace: str) -> ShardKey | None:
        """By which key the collection is sharded; None: it is not."""


class WrongKey(Exception):
    """The collection is sharded by another key than the declared one; only `reshardCollection` changes that."""


class ShardSettings(IndexSettings):
    """Where the mongos is, and which shards hold which region."""

    region_shards: dict[str, list[str]] = Field(
        default_factory=dict, description="by region in small letters: its shards, as JSON"
    )


async def shard(cluster: Cluster, databases: Mapping[str, Sequence[Collection]], regions: Regions) -> None:
    """Shards what is not sharded yet. Raises WrongKey, and has then changed nothing of that collection."""
    for region, shards in regions.items():
        for name in shards:
            await cluster.run("admin", {"addShardToZone": name, "zone": region})
    for database, collections in databases.items():
        await cluster.run("admin", {"enableSharding": database})
        for declared in collections:
            if declared.shard_key:
                await _shard_one(cluster, database, declared, regions)


async def _shard_one(cluster: Cluster, database: str, declared: Collection, regions: Regions) -> None:
    namespace, key = f"{database}.{declared.name}", dict(declared.shard_key)
    present = await cluster.key_of(namespace)
    if present is not None and list(present.items()) != list(key.items()):
        raise WrongKey(f"{namespace} is sharded by {dict(present)}, declared is {key}")
    # Ranges come first: an empty collection is split along them, with nothing left to move.
    for command in ranges(namespace, declared, regions):
        await cluster.run("admin", command)
    if present is None:
        # What holds data already needs an index of its key; an empty collection would get one by itself.
        index = {"key": key, "name": "_".join(f"{field}_{kind}" for field, kind in key.items())}
        if key != {"_id": 1}:
            await cluster.run(database, {"createIndexes": declared.name, "indexes": [index]})
        await cluster.run("admin", {"shardCollection": namespace, "key": key})


def is_placed(declared: Collection) -> bool:
    """Whether region decides where its documents lie.

    A ranged key of one field is here the id of a user, or of what is a user's, and begins with the region of
    registration. Ids of events and rewards in audit trails begin otherwise.
    """
    return len(declared.shard_key) == 1 and declared.shard_key[0][1] == 1


def ranges(namespace: str, declared: Collection, regions: Regions) -> Iterator[Document]:
    """The commands that give each region's part of the key to its shards."""
    if not is_placed(declared):
        return
    ((field, _),) = declared.shard_key
    for region in regions:
        after = region[:-1] + chr(ord(region[-1]) + 1)
        yield {"updateZoneKeyRange": namespace, "min": {field: region}, "max": {field: after}, "zone": region}


class Mongos:
    """The cluster that the settings name."""

    def __init__(self, settings: IndexSettings) -> None:
        def connected(name: str) -> Mongo:
            return Mongo(settings.model_copy(update={"mongo_database": name}), app_name="laurel-deploy")

        self._connected = connected
        self._config = connected("config")

    async def is_there(self) -> bool:
        """Whether a mongos answers, and no mongod."""
        return bool((await self._config.write.command("hello")).get("msg") == "isdbgrid")

    async def run(self, database: str, command: Document) -> None:
        """Runs one admin command."""
        mongo = self._connected(database)
        try:
            await mongo.write.command(command)
        finally:
            mongo.close()

    async def key_of(self, namespace: str) -> ShardKey | None:
        """Returns the shard key that the collection has, or None."""
        found = await self._config.write["collections"].find_one({"_id": namespace})
        return None if found is None else found["key"]

    def close(self) -> None:
        """Closes the connection."""
        self._config.close()


async def main() -> int:
    """Shards; gives the exit status."""
    settings = load_settings(ShardSettings)
    named = {os.environ.get(f"{name.upper()}_DATABASE", name): collections for name, collections in DECLARED.items()}
    mongos = Mongos(settings)
    try:
        if not await mongos.is_there():
            print("MONGO_URL does not lead to a mongos: nothing was sharded", file=sys.stderr)
            return 2
        await shard(mongos, named, settings.region_shards)
    except WrongKey as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        mongos.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
