"""The inbox: one entry a cause, read by its owner alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from subgraphs.runtime.clock import LONG_AGO
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import Fields, partial_rows, read_pages
from subgraphs.users.model.notification import Notification, Subject, SubjectKind

KEPT_SECONDS: Final = 400 * 24 * 3600
# Of its own, for null is no single point of an index: with `readAt` among the keys pages would be sorted in memory.
_UNREAD: Final = Index((("userId", 1), ("createdAt", 1), ("_id", 1)), partial={"readAt": None}, label="unread")
NOTIFICATIONS: Final = Collection(
    "notifications",
    shard_key=(("userId", 1),),
    indexes=(
        Index((("userId", 1), ("messageId", 1)), unique=True),
        Index((("userId", 1), ("createdAt", 1), ("_id", 1))),
        _UNREAD,
        Index((("createdAt", 1),), expire_after_seconds=KEPT_SECONDS),
    ),
)
LATEST_FIRST: Final = Sort("CREATED_AT_DESC", (("createdAt", -1), ("_id", -1)))


def notification_document(entry: Notification) -> Document:
    """How a notification is stored."""
    return {
        "_id": entry.id,
        "userId": entry.user_id,
        "messageId": entry.message_id,
        "kind": entry.kind,
        "title": entry.title,
        "body": entry.body,
        "createdAt": entry.created_at,
        "readAt": entry.read_at,
        "subject": None if entry.subject is None else {"kind": entry.subject.kind.value, "id": entry.subject.id},
    }


def to_notification(document: Mapping[str, Any]) -> Notification:
    """The notification that is stored."""
    subject = document["subject"]
    return Notification(
        user_id=document["userId"],
        message_id=document["messageId"],
        kind=document["kind"],
        title=document["title"],
        body=document["body"],
        created_at=document["createdAt"],
        read_at=document["readAt"],
        subject=None if subject is None else Subject(SubjectKind(subject["kind"]), subject["id"]),
    )


_BLANK: Final = notification_document(Notification("", "", "", "", "", LONG_AGO))


async def notification_pages(
    database: Database,
    user_ids: Sequence[str],
    unread_only: bool,
    bounds: PageBounds,
    cursors: Cursors,
    scope: str,
    fields: Fields = None,
) -> dict[str, Page[Notification]]:
    """The same page of each user's inbox, latest first; of each entry only `fields` are right."""
    base = {"readAt": None} if unread_only else {}
    found = await read_pages(
        database[NOTIFICATIONS.name],
        "userId",
        user_ids,
        base,
        LATEST_FIRST,
        bounds,
        cursors,
        scope,
        hint=_UNREAD.name if unread_only else None,
        fields=fields,
    )
    return {user_id: page.map(partial_rows(to_notification, _BLANK)) for user_id, page in found.items()}


async def unread_counts(database: Database, user_ids: Sequence[str]) -> dict[str, int]:
    """How many entries each user has not read; a user without any is left out."""
    pipeline: list[Document] = [
        {"$match": {"userId": {"$in": list(user_ids)}, "readAt": None}},
        {"$group": {"_id": "$userId", "count": {"$sum": 1}}},
    ]
    return {row["_id"]: row["count"] async for row in database[NOTIFICATIONS.name].aggregate(pipeline)}


class Inbox:
    """Changes of inboxes."""

    def __init__(self, mongo: Mongo) -> None:
        self._notifications = mongo.write[NOTIFICATIONS.name]

    async def put(self, entry: Notification, session: Session | None = None) -> None:
        """Adds the entry unless its cause has one already."""
        await self._notifications.update_one(
            {"userId": entry.user_id, "messageId": entry.message_id},
            {"$setOnInsert": notification_document(entry)},
            upsert=True,
            session=session,
        )

    async def mark_read(self, user_id: str, ids: Sequence[str], now: datetime) -> None:
        """Marks those of the user's own that are unread."""
        await self._notifications.update_many(
            {"userId": user_id, "_id": {"$in": list(ids)}, "readAt": None}, {"$set": {"readAt": now}}
        )
