"""Read your own writes: who wrote lately reads from the primary, everybody else may read from a secondary."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from subgraphs.runtime.mongo import Database, Mongo
from subgraphs.runtime.redis import REDIS_FAULTS, RedisClient

Key = TypeVar("Key")
Found = TypeVar("Found")
# Longer than a healthy secondary lags.
WROTE_LATELY_SECONDS: Final = 10


class ReadYourWrites:
    """One request's choice between primary and secondary for one caller, made once and only when asked for."""

    def __init__(
        self,
        mongo: Mongo,
        redis: RedisClient,
        caller_id: str | None,
        *,
        always_primary: bool = False,
        is_up: Callable[[], bool] = lambda: True,
    ) -> None:
        """`is_up` says whether Redis answers; while it does not, nobody waits to be told so again."""
        self._mongo = mongo
        self._redis = redis
        self._caller_id = caller_id
        self._is_up = is_up
        self._database: Database | None = mongo.write if always_primary else None

    async def database(self) -> Database:
        """The database to read from. Without Redis nobody knows who wrote, so the primary answers."""
        if self._database is None:
            self._database = self._mongo.write if await self._wrote_lately() else self._mongo.read
        return self._database

    def reading(
        self, find: Callable[[Database, Sequence[Key]], Awaitable[Found]]
    ) -> Callable[[Sequence[Key]], Awaitable[Found]]:
        """A store's query by keys as a loader takes it: sent to where this request reads."""

        async def found(keys: Sequence[Key]) -> Found:
            return await find(await self.database(), keys)

        return found

    async def mark_written(self, writer_id: str | None = None) -> None:
        """Notes that the caller has written (or `writer_id`, who was nobody before).

        This request reads from the primary from here on.
        """
        self._database = self._mongo.write
        caller_id = writer_id or self._caller_id
        if caller_id is None:
            return
        try:
            await self._redis.set(_key(caller_id), b"1", ex=WROTE_LATELY_SECONDS)
        except REDIS_FAULTS:
            return

    async def _wrote_lately(self) -> bool:
        if self._caller_id is None:
            return False
        if not self._is_up():
            return True
        try:
            return bool(await self._redis.exists(_key(self._caller_id)))
        except REDIS_FAULTS:
            return True


def _key(caller_id: str) -> str:
    return f"wrote:{caller_id}"
