"""The outbox: messages written in the transaction of the change, handed over afterwards by a relay.

A message is lost with its change or not at all; it may be handed over twice, so handlers record it in their inbox.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import structlog
from pymongo.errors import PyMongoError

from subgraphs.runtime.ids import random_id
from subgraphs.runtime.mongo import Collection, Index, Mongo, Session

OUTBOX: Final = Collection("outbox", shard_key=(("_id", "hashed"),), indexes=(Index((("at", 1), ("_id", 1))),))
INBOX_KEPT_SECONDS: Final = 30 * 24 * 3600
INBOX: Final = Collection(
    "inbox",
    shard_key=(("_id", "hashed"),),
    indexes=(Index((("at", 1),), expire_after_seconds=INBOX_KEPT_SECONDS),),
)

log = structlog.get_logger("outbox")


@dataclass(frozen=True, slots=True)
class Message:
    """What happened, for other parts to know.

    `key` names whom it is about; `id` is the same however often it comes; `tags` are those of cached values that are
    old by it.
    """

    topic: str
    key: str
    payload: dict[str, Any]
    at: datetime
    id: str
    tags: tuple[str, ...] = ()


def new_message(topic: str, key: str, payload: dict[str, Any], at: datetime, *, tags: Sequence[str] = ()) -> Message:
    """A new message with an id of its own."""
    return Message(topic, key, payload, at, random_id(24), tuple(tags))


def cache_message(key: str, at: datetime, tags: Sequence[str]) -> Message:
    """A message for the cache alone: of a change that nobody else needs to know."""
    return new_message("cache.raised", key, {}, at, tags=tags)


Invalidate = Callable[[Sequence[str]], Awaitable[None]]


class Publisher(Protocol):
    """Where the relay takes messages; returns once they are safely there."""

    async def publish(self, message: Message) -> None:
        """Publishes one message; returns once it is safely there."""
        ...


async def enqueue(mongo: Mongo, messages: Sequence[Message], session: Session) -> None:
    """Writes the messages in the transaction of `session`."""
    if messages:
        rows = [
            {"_id": m.id, "topic": m.topic, "key": m.key, "payload": m.payload, "at": m.at, "tags": list(m.tags)}
            for m in messages
        ]
        await mongo.write[OUTBOX.name].insert_many(rows, session=session)


async def already_handled(mongo: Mongo, message_id: str, at: datetime, session: Session) -> bool:
    """Records in the handler's transaction that the message was handled; True when it had been already."""
    result = await mongo.write[INBOX.name].update_one(
        {"_id": message_id}, {"$setOnInsert": {"at": at}}, upsert=True, session=session
    )
    return result.upserted_id is None


class Relay:
    """Hands the outbox's messages to a publisher, oldest first, and removes a batch once it is handed over.

    One that dies in between hands it over again. Their tags are raised first, for the case that the process which made
    the change died before it did so itself.
    """

    def __init__(
        self,
        mongo: Mongo,
        publisher: Publisher,
        *,
        invalidate: Invalidate | None = None,
        idle_seconds: float = 0.2,
        batch: int = 200,
    ) -> None:
        self._mongo = mongo
        self._invalidate = invalidate
        # A message that stays is not raised again with every try.
        self._raised: set[str] = set()
        self._publisher = publisher
        self._idle_seconds = idle_seconds
        self._batch = batch

    async def run(self) -> None:
        """Works until cancelled. A store or publisher that fails is tried again with growing, jittered waits."""
        failures = 0
        while True:
            try:
                moved = await self.drain()
                failures = 0
            except PyMongoError as error:
                failures += 1
                moved = 0
                log.warning("outbox unreachable", error=type(error).__name__, failures=failures)
            if moved == 0:
                await asyncio.sleep(self._idle_seconds * random.uniform(0.8, 1.2) * min(2**failures, 50))

    async def drain(self) -> int:
        """Hands over one batch and gives how many messages went.

        A message whose handing over fails stays, with all later ones of its key, and stops no other key.
        """
        outbox = self._mongo.write[OUTBOX.name]
        rows = await outbox.find({}, sort=[("at", 1), ("_id", 1)], limit=self._batch).to_list(None)
        await self._raise(rows)
        handed_over: list[str] = []
        try:
            await self._publish(rows, handed_over)
        finally:
            # One command for all: to remove each by itself costs the store more than to write it.
            if handed_over:
                await outbox.delete_many({"_id": {"$in": handed_over}})
        return len(handed_over)

    async def _publish(self, rows: Sequence[Mapping[str, Any]], handed_over: list[str]) -> None:
        held_back: set[str] = set()
        for row in rows:
            if row["key"] in held_back:
                continue
            try:
                handed = Message(
                    row["topic"], row["key"], row["payload"], row["at"], row["_id"], tuple(row.get("tags", ()))
                )
                await self._publisher.publish(handed)
            except Exception:
                held_back.add(row["key"])
                log.exception("message not handed over", topic=row["topic"], message_id=row["_id"])
                continue
            handed_over.append(row["_id"])

    async def _raise(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if self._invalidate is None:
            return
        tags = {tag for row in rows if row["_id"] not in self._raised for tag in row.get("tags", ())}
        await self._invalidate(sorted(tags))
        self._raised = {row["_id"] for row in rows}
