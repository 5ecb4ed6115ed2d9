"""Sessions: one current token each, and those that were current before."""

from datetime import datetime
from typing import Final

from pymongo import ReturnDocument

from subgraphs.runtime.mongo import Collection, Document, Index, Mongo, Session
from subgraphs.users.model.session import NewSession, token_hash

SESSIONS: Final = Collection(
    "sessions",
    shard_key=(("userId", 1),),
    indexes=(
        Index((("userId", 1), ("tokenHash", 1)), unique=True),
        Index((("userId", 1), ("usedTokens.hash", 1))),
        Index((("expiresAt", 1),), expire_after_seconds=0),
    ),
)
# A family of tokens remembers this many used ones; older ones have become unknown.
MAX_KEPT_HASHES: Final = 50


class SessionStore:
    """Reads that decide, and writes: all at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._sessions = mongo.write[SESSIONS.name]

    async def insert_session(self, new: NewSession, now: datetime, session: Session) -> None:
        """Inserts a new session in the transaction of `session`."""
        await self._sessions.insert_one(
            {
                "_id": new.id,
                "userId": new.user_id,
                "tokenHash": token_hash(new.refresh_token),
                "usedTokens": [],
                "createdAt": now,
                "expiresAt": new.expires_at,
            },
            session=session,
        )

    async def rotate(
        self, user_id: str, presented: str, successor: str, expires_at: datetime, now: datetime
    ) -> Document | None:
        """Puts `successor` in the place of `presented` if that is its session's current token: one of many callers wins."""
        presented_hash = token_hash(presented)
        rotated: Document | None = await self._sessions.find_one_and_update(
            {"userId": user_id, "tokenHash": presented_hash, "expiresAt": {"$gt": now}},
            {
                "$set": {"tokenHash": token_hash(successor), "expiresAt": expires_at},
                "$push": {"usedTokens": {"$each": [{"hash": presented_hash, "at": now}], "$slice": -MAX_KEPT_HASHES}},
            },
            return_document=ReturnDocument.AFTER,
        )
        return rotated

    async def earlier_use(self, user_id: str, presented: str) -> tuple[str, datetime] | None:
        """The session in which this token was current once, and when it was used."""
        found = await self._sessions.find_one(
            {"userId": user_id, "usedTokens.hash": token_hash(presented)}, projection={"usedTokens.$": True}
        )
        return None if found is None else (found["_id"], found["usedTokens"][0]["at"])

    async def session_of(self, user_id: str, presented: str, now: datetime) -> Document | None:
        """The living session whose current token this is."""
        found: Document | None = await self._sessions.find_one(
            {"userId": user_id, "tokenHash": token_hash(presented), "expiresAt": {"$gt": now}}
        )
        return found

    async def end_session(self, user_id: str, session_id: str) -> int:
        """Ends one session of the user; returns how many ended, 0 or 1."""
        return int((await self._sessions.delete_one({"userId": user_id, "_id": session_id})).deleted_count)

    async def end_all_sessions(
        self, user_id: str, *, except_id: str | None = None, session: Session | None = None
    ) -> int:
        """Ends the user's sessions, but for one, and gives how many there were."""
        others = {"userId": user_id, "_id": {"$ne": except_id}}
        return int((await self._sessions.delete_many(others, session=session)).deleted_count)
