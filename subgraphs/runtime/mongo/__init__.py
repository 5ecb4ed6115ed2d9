"""MongoDB: the connections of a process, transactions, and the declaration of collections and indexes."""

from subgraphs.runtime.mongo.client import (
    Collection,
    CommitUnknown,
    Database,
    Document,
    DocumentCollection,
    Index,
    Mongo,
    Session,
    ensure_collections,
    fits_shard_key,
    is_unavailable,
)

__all__ = [
    "Collection",
    "CommitUnknown",
    "Database",
    "Document",
    "DocumentCollection",
    "Index",
    "Mongo",
    "Session",
    "ensure_collections",
    "fits_shard_key",
    "is_unavailable",
]
