"""Every MongoDB query and index of users."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from subgraphs.runtime.audit import AUDIT
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.outbox import INBOX, OUTBOX
from subgraphs.users.model import NewSession, Role, User, UserStatus, email_key, token_hash

USERS: Final = Collection("users", shard_key=(("_id", 1),))
EMAILS: Final = Collection("emails", shard_key=(("_id", "hashed"),))
SESSIONS: Final = Collection(
    "sessions",
    shard_key=(("userId", 1),),
    indexes=(
        Index((("userId", 1), ("tokenHash", 1)), unique=True),
        Index((("userId", 1), ("usedTokens.hash", 1))),
        Index((("expiresAt", 1),), expire_after_seconds=0),
    ),
)
COLLECTIONS: Final = (USERS, EMAILS, SESSIONS, AUDIT, OUTBOX, INBOX)

# A family of tokens remembers this many used ones; older ones have become unknown.
KEPT_HASHES: Final = 50


class EmailExists(Exception):
    """The address is taken."""


def user_document(user: User, password_hash: str) -> Document:
    """How a user is stored."""
    return {
        "_id": user.id,
        "displayName": user.display_name,
        "email": user.email,
        "roles": sorted(user.roles),
        "status": user.status.value,
        "region": user.region,
        "timezone": user.timezone,
        "createdAt": user.created_at,
        "version": user.version,
        "passwordHash": password_hash,
    }


def to_user(document: Mapping[str, Any]) -> User:
    """The user that is stored."""
    return User(
        id=document["_id"],
        display_name=document["displayName"],
        email=document["email"],
        roles=frozenset(Role(role) for role in document["roles"]),
        status=UserStatus(document["status"]),
        region=document["region"],
        timezone=document["timezone"],
        created_at=document["createdAt"],
        version=document["version"],
    )


async def users_by_id(database: Database, ids: Sequence[str]) -> dict[str, User]:
    """The users among `ids`, in one query."""
    found = database[USERS.name].find({"_id": {"$in": list(ids)}}, projection={"passwordHash": False})
    return {document["_id"]: to_user(document) async for document in found}


class UserStore:
    """Reads that decide, and writes: all at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._users = mongo.write[USERS.name]
        self._emails = mongo.write[EMAILS.name]
        self._sessions = mongo.write[SESSIONS.name]

    async def insert_user(self, user: User, address: str, password_hash: str, session: Session) -> None:
        """Raises EmailExists when the address is taken; the transaction is then over."""
        try:
            await self._emails.insert_one({"_id": email_key(address), "userId": user.id}, session=session)
        except DuplicateKeyError:
            raise EmailExists from None
        await self._users.insert_one(user_document(user, password_hash), session=session)

    async def email_exists(self, address: str) -> bool:
        return await self._emails.find_one({"_id": email_key(address)}, projection={"_id": True}) is not None

    async def credentials(self, address: str) -> tuple[User, str] | None:
        """The user of an address with the password's hash."""
        owner = await self._emails.find_one({"_id": email_key(address)})
        if owner is None:
            return None
        document = await self._users.find_one({"_id": owner["userId"]})
        return None if document is None else (to_user(document), document["passwordHash"])

    async def user(self, user_id: str, session: Session | None = None) -> User | None:
        document = await self._users.find_one({"_id": user_id}, projection={"passwordHash": False}, session=session)
        return None if document is None else to_user(document)

    async def change_user(
        self, user_id: str, expected_version: int, fields: Mapping[str, Any], session: Session
    ) -> User | None:
        """Compare-and-set: the changed user, or None when the version is another."""
        document = await self._users.find_one_and_update(
            {"_id": user_id, "version": expected_version},
            {"$set": dict(fields), "$inc": {"version": 1}},
            projection={"passwordHash": False},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if document is None else to_user(document)

    async def replace_password_hash(self, user_id: str, old: str, new: str) -> None:
        """Puts the same password's new hash in the place of the old one, unless it was changed meanwhile."""
        await self._users.update_one({"_id": user_id, "passwordHash": old}, {"$set": {"passwordHash": new}})

    async def insert_session(self, new: NewSession, now: datetime, session: Session) -> None:
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
                "$push": {"usedTokens": {"$each": [{"hash": presented_hash, "at": now}], "$slice": -KEPT_HASHES}},
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
        return int((await self._sessions.delete_one({"userId": user_id, "_id": session_id})).deleted_count)

    async def end_all_sessions(self, user_id: str) -> int:
        return int((await self._sessions.delete_many({"userId": user_id})).deleted_count)
