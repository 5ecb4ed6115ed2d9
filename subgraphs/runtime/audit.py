"""The audit trail: append-only, one hash chain a subject, written in the transaction of the change.

Entries hold no personal data, so that a person can be erased while the chain still verifies.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from subgraphs.runtime.clock import to_millisecond
from subgraphs.runtime.mongo import (
    Collection,
    Database,
    Document,
    DocumentCollection,
    Index,
    Mongo,
    Session,
)
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import Fields, read_page

AUDIT: Final = Collection(
    "audit",
    shard_key=(("subjectId", 1),),
    indexes=(Index((("subjectId", 1), ("seq", 1)), unique=True),),
)
LATEST_FIRST: Final = Sort("SEQ_DESC", (("seq", -1),))
_GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Change:
    """Who did what to what, when, and what it was before. `actor_id` None: the system itself."""

    subject_id: str
    action: str
    at: datetime
    actor_id: str | None
    reason: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def changed_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Document, Document]:
    """Of two snapshots with the same fields, those that differ: what an entry about a change keeps."""
    names = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


async def append(mongo: Mongo, change: Change, session: Session) -> None:
    """Adds the entry that follows the subject's last one.

    Of two transactions that append to one subject at once, one fails with a transient error and is tried again, provided
    that each writes the subject itself before this; so the sequence has no gap and no fork.
    """
    audit = mongo.write[AUDIT.name]
    last = await audit.find_one({"subjectId": change.subject_id}, sort=[("seq", -1)], session=session)
    await audit.insert_one(entry(change, last), session=session)


async def append_each(mongo: Mongo, changes: Sequence[Change], session: Session) -> None:
    """As `append`, for changes of as many subjects, in two commands."""
    subjects = [change.subject_id for change in changes]
    pipeline: list[Document] = [
        {"$match": {"subjectId": {"$in": subjects}}},
        {"$sort": {"subjectId": -1, "seq": -1}},
        {"$group": {"_id": "$subjectId", "seq": {"$first": "$seq"}, "hash": {"$first": "$hash"}}},
    ]
    audit = mongo.write[AUDIT.name]
    last = {row["_id"]: row async for row in audit.aggregate(pipeline, session=session)}
    await audit.insert_many([entry(change, last.get(change.subject_id)) for change in changes], session=session)


async def append_first(mongo: Mongo, changes: Sequence[Change], session: Session) -> None:
    """Adds the first entries of subjects that this very transaction creates; reads nothing."""
    await mongo.write[AUDIT.name].insert_many([entry(change, None) for change in changes], session=session)


def entry(change: Change, last: Document | None) -> Document:
    """The stored form of a change that follows `last`, its hash chained to that one's."""
    document: Document = {
        "subjectId": change.subject_id,
        "seq": 1 if last is None else last["seq"] + 1,
        "at": to_millisecond(change.at),
        "actorId": change.actor_id,
        "action": change.action,
        "reason": change.reason,
        "before": None if change.before is None else _plain(change.before),
        "after": None if change.after is None else _plain(change.after),
    }
    previous = _GENESIS if last is None else last["hash"]
    return {
        "_id": f"{change.subject_id}.{document['seq']}",
        **document,
        "hash": chain_hash(previous, document),
    }


def chain_hash(previous: str, document: Mapping[str, Any]) -> str:
    """The hash of an entry: SHA-256 over the previous one's and the entry's canonical JSON."""
    body = {key: value for key, value in document.items() if key not in ("_id", "hash")}
    body["at"] = document["at"].isoformat()
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


@dataclass(slots=True)
class Chain:
    """Follows a subject's entries in order; `seq` is the last one's."""

    seq: int = 0
    hash: str = _GENESIS

    def follows(self, document: Mapping[str, Any]) -> bool:
        """Whether the entry is the next one, unchanged. The chain goes on from it in either case."""
        whole: bool = document["seq"] == self.seq + 1 and document["hash"] == chain_hash(self.hash, document)
        self.seq, self.hash = document["seq"], document["hash"]
        return whole


async def breaches(audit: DocumentCollection, subject_id: str) -> list[int]:
    """The sequence numbers at which the subject's chain does not verify; none when it is whole."""
    chain = Chain()
    entries = audit.find({"subjectId": subject_id}, sort=[("seq", 1)])
    return [document["seq"] async for document in entries if not chain.follows(document)]


def _plain(values: Mapping[str, Any]) -> Any:
    """The values as JSON can carry them, so that an entry read back hashes the same."""
    return json.loads(json.dumps(values, default=_as_text))


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return to_millisecond(value).isoformat()
    return str(value)


async def audit_page(
    database: Database, subject_id: str, bounds: PageBounds, cursors: Cursors, scope: str, fields: Fields = None
) -> Page[Mapping[str, Any]]:
    """One page of the subject's entries, latest first; of each entry only `fields` are there."""
    base = {"subjectId": subject_id}
    return await read_page(database[AUDIT.name], base, LATEST_FIRST, bounds, cursors, scope, fields=fields)
