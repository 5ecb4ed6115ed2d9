"""Changes made past the application, as by an operator's shell, seen in the database's own change stream."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import structlog
from pymongo.errors import PyMongoError

from subgraphs.runtime.cache.global_tag import EVERYTHING
from subgraphs.runtime.mongo import Collection, Document, Mongo

log = structlog.get_logger("cache")

Invalidate: TypeAlias = Callable[[Sequence[str]], Awaitable[None]]
_CHANGES: Final = ("insert", "update", "replace", "delete")


class ChangeStreamInvalidator:
    """Raises the tags of whatever changes in the cached collections of one database.

    Changes of the application come here too, a moment after it has raised them itself.
    """

    def __init__(self, mongo: Mongo, collections: Sequence[Collection], invalidate: Invalidate) -> None:
        self._mongo = mongo
        self._tags: Mapping[str, Callable[[str], tuple[str, ...]]] = {
            declared.name: declared.cache_tags for declared in collections if declared.cache_tags is not None
        }
        self._invalidate = invalidate

    async def run(self) -> None:
        """Works until cancelled, and raises a driver's error when the stream is lost.

        Started again, it takes everything for changed, since nobody knows what it missed.
        """
        names = {"$in": sorted(self._tags)}
        pipeline: list[Document] = [
            {"$match": {"ns.coll": names}},
            {"$project": {"operationType": 1, "ns": 1, "documentKey": 1}},
        ]
        async with self._mongo.write.watch(pipeline) as stream:
            # What happens from here on is in the stream.
            await stream.try_next()
            await self._invalidate([EVERYTHING])
            try:
                async for change in stream:
                    await self._invalidate(self._tags_of(change))
            except PyMongoError as error:
                log.warning("the change stream was lost", error=type(error).__name__)
                raise

    def _tags_of(self, change: Mapping[str, Any]) -> tuple[str, ...]:
        if change["operationType"] not in _CHANGES:
            return (EVERYTHING,)
        return self._tags[change["ns"]["coll"]](change["documentKey"]["_id"])
