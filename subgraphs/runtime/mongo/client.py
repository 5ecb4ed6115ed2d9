"""MongoDB: three connections a process, transactions, and the declaration of collections.

With the stores and the loaders this is the only place that knows the driver.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, TypeVar

from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import IndexModel, ReadPreference, WriteConcern
from pymongo.errors import CollectionInvalid, ConnectionFailure, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from subgraphs.runtime.settings import StoreSettings

Document: TypeAlias = dict[str, Any]
Session: TypeAlias = AsyncIOMotorClientSession
Database: TypeAlias = AsyncIOMotorDatabase[Document]
DocumentCollection: TypeAlias = AsyncIOMotorCollection[Document]
T = TypeVar("T")

_NAMESPACE_EXISTS: Final = 48


@dataclass(frozen=True, slots=True)
class Index:
    """One index: keys in order with direction (1, -1, "text", "hashed"). `label` tells it from another of the same keys."""

    keys: tuple[tuple[str, int | str], ...]
    unique: bool = False
    expire_after_seconds: int | None = None
    partial: Mapping[str, Any] | None = None
    collation: Mapping[str, Any] | None = None
    label: str | None = None

    @property
    def name(self) -> str:
        """The index's name in the database, derived from its keys."""
        keys = "_".join(f"{key}_{direction}" for key, direction in self.keys)
        return keys if self.label is None else f"{keys}_{self.label}"

    def model(self) -> IndexModel:
        """The driver's description of this index."""
        options: dict[str, Any] = {"name": self.name, "unique": self.unique}
        if self.expire_after_seconds is not None:
            options["expireAfterSeconds"] = self.expire_after_seconds
        if self.partial is not None:
            options["partialFilterExpression"] = dict(self.partial)
        if self.collation is not None:
            options["collation"] = dict(self.collation)
        return IndexModel(list(self.keys), **options)


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection: its shard key (empty: not sharded) and its indexes beyond that of `_id`. `cache_tags` gives, by a
    document's id, the tags of cached values that it is part of; None: nothing of it is cached."""

    name: str
    shard_key: tuple[tuple[str, int | str], ...] = ()
    indexes: tuple[Index, ...] = field(default=())
    cache_tags: Callable[[str], tuple[str, ...]] | None = None


def fits_shard_key(index: Index, collection: Collection) -> bool:
    """Whether MongoDB takes the index where the collection is sharded: a unique one begins with the whole shard key, or no
    shard could tell that it is unique. Fields count, not how they are ordered or hashed."""
    shard_fields = [name for name, _ in collection.shard_key]
    return not index.unique or [name for name, _ in index.keys][: len(shard_fields)] == shard_fields


class Mongo:
    """The connections of one process to one database.

    `write` goes to the primary and acknowledges by majority; `read` prefers a secondary; `analytics` likewise, with a
    small pool and a longer time limit, so that reports never starve the claims.
    """

    def __init__(self, settings: StoreSettings, *, app_name: str) -> None:
        def client(pool: int, seconds: float) -> AsyncIOMotorClient[Document]:
            return AsyncIOMotorClient(
                settings.mongo_url,
                appname=app_name,
                tz_aware=True,
                maxPoolSize=pool,
                timeoutMS=int(seconds * 1000),
                serverSelectionTimeoutMS=int(min(seconds, 2.0) * 1000),
                retryWrites=True,
                retryReads=True,
            )

        self._write_client = client(settings.mongo_pool_size, settings.mongo_timeout_seconds)
        self._read_client = client(settings.mongo_pool_size, settings.mongo_timeout_seconds)
        self._analytics_client = client(settings.mongo_analytics_pool_size, settings.mongo_analytics_timeout_seconds)
        name = settings.mongo_database
        majority = WriteConcern("majority")
        secondary = ReadPreference.SECONDARY_PREFERRED
        self.write: Database = self._write_client.get_database(
            name,
            write_concern=majority,
            read_preference=ReadPreference.PRIMARY,
            read_concern=ReadConcern("majority"),
        )
        self.read: Database = self._read_client.get_database(
            name, read_preference=secondary, read_concern=ReadConcern("majority")
        )
        self.analytics: Database = self._analytics_client.get_database(
            name, read_preference=secondary, read_concern=ReadConcern("majority")
        )

    async def ping(self) -> None:
        """Raises a driver's error unless the primary answers."""
        await self.write.command("ping")

    def close(self) -> None:
        """Closes every connection."""
        for client in (self._write_client, self._read_client, self._analytics_client):
            client.close()

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Session]:
        """A session whose reads on `analytics` all show the database as it was at one instant; for some minutes at most."""
        async with await self._analytics_client.start_session(snapshot=True) as session:
            yield session

    async def transaction(self, work: Callable[[Session], Awaitable[T]], *, seconds: float = 5.0) -> T:
        """Runs `work` in one transaction and gives what it gave, once that is committed by majority.

        `work` may run several times: after a transient error it starts again with jittered waits until `seconds` have
        passed, and must therefore change nothing but through its session. Whatever `work` raises aborts the transaction.

        Raises CommitUnknown when the commit's outcome could not be learned in time, and the driver's last transient
        error when the time ran out before a commit.
        """
        deadline = time.monotonic() + seconds
        attempt = 0
        while True:
            try:
                return await self._attempt(work, deadline)
            except PyMongoError as error:
                if not error.has_error_label("TransientTransactionError"):
                    raise
                attempt += 1
                wait = random.uniform(0, min(0.2, 0.005 * 2**attempt))
                if time.monotonic() + wait >= deadline:
                    raise
                await asyncio.sleep(wait)

    async def _attempt(self, work: Callable[[Session], Awaitable[T]], deadline: float) -> T:
        async with await self._write_client.start_session() as session:
            # Leaving this block without a commit aborts.
            session.start_transaction(
                read_concern=ReadConcern("snapshot"),
                write_concern=WriteConcern("majority"),
                read_preference=ReadPreference.PRIMARY,
            )
            result = await work(session)
            await self._commit(session, deadline)
            return result

    async def _commit(self, session: Session, deadline: float) -> None:
        while True:
            try:
                await session.commit_transaction()
                return
            except PyMongoError as error:
                if error.has_error_label("TransientTransactionError"):
                    raise
                if not error.has_error_label("UnknownTransactionCommitResult"):
                    raise
                if time.monotonic() >= deadline:
                    raise CommitUnknown from error
                await asyncio.sleep(random.uniform(0.005, 0.05))


class CommitUnknown(Exception):
    """The commit was sent and its outcome is not known: it may hold or not."""


def is_unavailable(error: BaseException) -> bool:
    """Whether the error says that the store could not be reached or could not finish in time, not that it said no."""
    if isinstance(error, CommitUnknown | ConnectionFailure):
        return True
    if isinstance(error, PyMongoError):
        return error.timeout or error.has_error_label("TransientTransactionError")
    return False


async def ensure_collections(database: Database, collections: Sequence[Collection]) -> None:
    """Creates what is missing of the collections and their indexes. Doing it again changes nothing."""
    existing = set(await database.list_collection_names())
    for declared in collections:
        if declared.name not in existing:
            try:
                await database.create_collection(declared.name)
            except CollectionInvalid:
                pass
            except OperationFailure as error:
                if error.code != _NAMESPACE_EXISTS:
                    raise
        if declared.indexes:
            await database[declared.name].create_indexes([index.model() for index in declared.indexes])
