"""The declaration of collections: name, shard key and indexes, from which they are made and checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pymongo import IndexModel
from pymongo.errors import CollectionInvalid, OperationFailure

from subgraphs.runtime.mongo.driver import Database

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
    """One collection: its shard key (empty: not sharded) and its indexes beyond that of `_id`.

    `cache_tags` gives, by a document's id, the tags of cached values that it is part of; None: nothing of it is
    cached.
    """

    name: str
    shard_key: tuple[tuple[str, int | str], ...] = ()
    indexes: tuple[Index, ...] = field(default=())
    cache_tags: Callable[[str], tuple[str, ...]] | None = None


def fits_shard_key(index: Index, collection: Collection) -> bool:
    """Whether MongoDB takes the index where the collection is sharded.

    A unique one begins with the whole shard key, or no shard could tell that it is unique. Fields count, not how they
    are ordered or hashed.
    """
    shard_fields = [name for name, _ in collection.shard_key]
    return not index.unique or [name for name, _ in index.keys][: len(shard_fields)] == shard_fields


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
