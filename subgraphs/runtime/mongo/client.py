"""The connections of one process to its database."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from pymongo import ReadPreference, WriteConcern
from pymongo.read_concern import ReadConcern

from subgraphs.runtime.mongo.driver import AsyncIOMotorClient, Client, Database, Session
from subgraphs.runtime.mongo.transactions import DEFAULT_TRANSACTION_SECONDS, run_transaction
from subgraphs.runtime.settings import StoreSettings

T = TypeVar("T")


class Mongo:
    """The connections of one process to one database.

    `write` goes to the primary and acknowledges by majority; `read` prefers a secondary; `analytics` likewise, with a
    small pool and a longer time limit, so that reports never starve the claims.
    """

    def __init__(self, settings: StoreSettings, *, app_name: str) -> None:
        def client(pool: int, seconds: float) -> Client:
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

    async def transaction(
        self, work: Callable[[Session], Awaitable[T]], *, seconds: float = DEFAULT_TRANSACTION_SECONDS
    ) -> T:
        """Runs `work` in one transaction on the primary and returns its result; see `run_transaction`."""
        return await run_transaction(self._write_client, work, seconds=seconds)
