"""MongoDB: the connections of a process, transactions, and the declaration of collections and indexes."""

from subgraphs.runtime.mongo.client import Mongo
from subgraphs.runtime.mongo.collections import Collection, Index, ensure_collections, fits_shard_key
from subgraphs.runtime.mongo.driver import Database, Document, DocumentCollection, Session
from subgraphs.runtime.mongo.transactions import CommitUnknown, is_unavailable

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
