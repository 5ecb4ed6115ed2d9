"""UsersClient and the addresses they are found by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from subgraphs.runtime.clock import LONG_AGO
from subgraphs.runtime.mongo import Collection, Database, Document, Index, Mongo, Session
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import LIST_MILLISECONDS, Fields, count_up_to_cap, partial_rows, read_page
from subgraphs.users.model.user import Role, User, UserStatus, email_key, name_key, normalise_email


def user_tags(user_id: str) -> tuple[str, ...]:
    """The tags of cached values that a user is part of."""
    return (f"User:{user_id}",)


USERS: Final = Collection(
    "users",
    shard_key=(("_id", 1),),
    cache_tags=user_tags,
    indexes=(
        Index((("createdAt", 1), ("_id", 1))),
        Index((("nameKey", 1), ("_id", 1))),
        Index((("accessChangedAt", 1),), partial={"accessChangedAt": {"$exists": True}}),
    ),
)
EMAILS: Final = Collection("emails", shard_key=(("_id", "hashed"),))
SORTS: Final = {
    "CREATED_AT_DESC": Sort("CREATED_AT_DESC", (("createdAt", -1), ("_id", -1))),
    "CREATED_AT_ASC": Sort("CREATED_AT_ASC", (("createdAt", 1), ("_id", 1))),
    "DISPLAY_NAME_ASC": Sort("DISPLAY_NAME_ASC", (("nameKey", 1), ("_id", 1))),
}
_NO_SECRETS: Final = {"passwordHash": False}


@dataclass(frozen=True, slots=True)
class UserQuery:
    """Which users: None means any. `text` is the beginning of a name, or a whole address."""

    text: str | None = None
    roles: tuple[Role, ...] | None = None
    statuses: tuple[UserStatus, ...] | None = None
    regions: tuple[str, ...] | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


class EmailExists(Exception):
    """The address is taken."""


def user_document(user: User, password_hash: str) -> Document:
    """How a user is stored."""
    return {**profile_document(user), "nameKey": name_key(user.display_name), "passwordHash": password_hash}


def profile_document(user: User) -> Document:
    """All that is stored of a user but the secrets, as `to_user` takes it."""
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


_BLANK: Final = profile_document(User("", None, None, frozenset(), UserStatus.ACTIVE, None, None, LONG_AGO, 0))
_PROFILE: Final = frozenset(_BLANK)


async def users_by_id(database: Database, ids: Sequence[str]) -> dict[str, User]:
    """The users among `ids`, in one query."""
    found = database[USERS.name].find({"_id": {"$in": list(ids)}}, projection=_NO_SECRETS)
    return {document["_id"]: to_user(document) async for document in found}


async def _query_filter(database: Database, query: UserQuery) -> Document:
    parts: list[Document] = []
    if query.text is not None:
        parts.append(await _text_filter(database, query.text))
    if query.roles is not None:
        parts.append({"roles": {"$in": [role.value for role in query.roles]}})
    if query.statuses is not None:
        parts.append({"status": {"$in": [status.value for status in query.statuses]}})
    if query.regions is not None:
        parts.append({"region": {"$in": list(query.regions)}})
    span = {"$gte": query.created_from, "$lt": query.created_before}
    limits = {operator: instant for operator, instant in span.items() if instant is not None}
    if limits:
        parts.append({"createdAt": limits})
    return {"$and": parts} if parts else {}


async def _text_filter(database: Database, text: str) -> Document:
    address = normalise_email(text)
    if address is not None:
        owner = await database[EMAILS.name].find_one({"_id": email_key(address)})
        return {"_id": None if owner is None else owner["userId"]}
    beginning = name_key(text)
    return {"nameKey": {"$gte": beginning, "$lt": beginning + "\U0010ffff"}}


async def users_page(
    database: Database,
    query: UserQuery,
    sort: Sort,
    bounds: PageBounds,
    cursors: Cursors,
    scope: str,
    fields: Fields = None,
) -> Page[User]:
    """One page of the users that the query selects; of each user only `fields` are right."""
    found = await read_page(
        database[USERS.name],
        await _query_filter(database, query),
        sort,
        bounds,
        cursors,
        scope,
        hint=Index(tuple((field, 1) for field, _ in sort.fields)).name,
        milliseconds=LIST_MILLISECONDS,
        fields=_PROFILE if fields is None else fields,
    )
    return found.map(partial_rows(to_user, _BLANK))


async def count_users(database: Database, query: UserQuery) -> int | None:
    """How many there are, up to 10,000; None when counting took too long."""
    return await count_up_to_cap(database[USERS.name], await _query_filter(database, query))


async def changed_since(database: Database, since: datetime) -> dict[str, User]:
    """The users whose roles or status changed after that instant."""
    found = database[USERS.name].find({"accessChangedAt": {"$gt": since}}, projection=_NO_SECRETS)
    return {document["_id"]: to_user(document) async for document in found}


class UserStore:
    """Reads that decide, and writes: all at the primary."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._users = mongo.write[USERS.name]
        self._emails = mongo.write[EMAILS.name]

    async def insert_user(self, user: User, address: str, password_hash: str, session: Session) -> None:
        """Raises EmailExists when the address is taken; the transaction is then over."""
        try:
            await self._emails.insert_one({"_id": email_key(address), "userId": user.id}, session=session)
        except DuplicateKeyError:
            raise EmailExists from None
        await self._users.insert_one(user_document(user, password_hash), session=session)

    async def email_exists(self, address: str) -> bool:
        """Returns whether an account has this normalised address."""
        return await self._emails.find_one({"_id": email_key(address)}, projection={"_id": True}) is not None

    async def credentials(self, address: str) -> tuple[User, str] | None:
        """The user of an address with the password's hash."""
        owner = await self._emails.find_one({"_id": email_key(address)})
        if owner is None:
            return None
        document = await self._users.find_one({"_id": owner["userId"]})
        return None if document is None else (to_user(document), document["passwordHash"])

    async def user(self, user_id: str, session: Session | None = None) -> User | None:
        """Returns the user as the primary has them, or None."""
        document = await self._users.find_one({"_id": user_id}, projection=_NO_SECRETS, session=session)
        return None if document is None else to_user(document)

    async def change_user(
        self, user_id: str, expected_version: int, fields: Mapping[str, Any], session: Session
    ) -> User | None:
        """Compare-and-set: the changed user, or None when the version is another."""
        document = await self._users.find_one_and_update(
            {"_id": user_id, "version": expected_version},
            {"$set": _with_name_key(fields), "$inc": {"version": 1}},
            projection=_NO_SECRETS,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if document is None else to_user(document)

    async def password_hash(self, user_id: str) -> tuple[User, str] | None:
        """The user with the password's hash."""
        document = await self._users.find_one({"_id": user_id})
        return None if document is None else (to_user(document), document["passwordHash"])

    async def note_login(self, user_id: str, proved: str, now: datetime, session: Session) -> bool:
        """Notes a login; False when the user is suspended or the password is no longer the one of the hash `proved`."""
        result = await self._users.update_one(
            {"_id": user_id, "passwordHash": proved, "status": UserStatus.ACTIVE.value},
            {"$set": {"lastLoginAt": now}},
            session=session,
        )
        return result.matched_count == 1

    async def replace_password_hash(self, user_id: str, old: str, new: str, session: Session | None = None) -> bool:
        """Puts a new hash in the place of the old one; False when it was changed meanwhile."""
        result = await self._users.update_one(
            {"_id": user_id, "passwordHash": old}, {"$set": {"passwordHash": new}}, session=session
        )
        return result.matched_count == 1


def _with_name_key(fields: Mapping[str, Any]) -> Document:
    return {**fields, "nameKey": name_key(fields["displayName"])} if "displayName" in fields else dict(fields)
