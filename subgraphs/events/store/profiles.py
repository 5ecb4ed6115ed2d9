"""What rules need to know of users, kept from users' messages, and each user's last check-in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo import UpdateOne

from subgraphs.events.model.check_in import CheckIn
from subgraphs.events.model.profile import Profile
from subgraphs.runtime.messaging.outbox import already_handled
from subgraphs.runtime.mongo import Collection, Database, Document, Mongo, Session

PROFILES: Final = Collection("profiles", shard_key=(("_id", 1),))


def to_profile(document: Mapping[str, Any]) -> Profile:
    """The profile that is stored."""
    return Profile(
        user_id=document["_id"],
        region=document["region"],
        timezone=document["timezone"],
        created_at=document["createdAt"],
        version=document["version"],
    )


async def profiles_by_user(database: Database, user_ids: Sequence[str]) -> dict[str, Profile]:
    """The profiles that are kept, in one query."""
    # A check-in may have made a document that no profile has reached yet.
    query = {"_id": {"$in": list(user_ids)}, "version": {"$exists": True}}
    return {document["_id"]: to_profile(document) async for document in database[PROFILES.name].find(query)}


async def keep_profiles(mongo: Mongo, profiles: Sequence[Profile], session: Session | None = None) -> None:
    """Stores each profile unless as new a version is there."""
    if profiles:
        writes = [
            UpdateOne({"_id": profile.user_id}, [{"$set": _unless_newer(profile)}], upsert=True) for profile in profiles
        ]
        await mongo.write[PROFILES.name].bulk_write(writes, ordered=False, session=session)


async def keep_profile(mongo: Mongo, message_id: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Stores the profile of a message unless a newer version is there. Told twice or late, it changes nothing."""
    profile = Profile(
        user_id=payload["userId"],
        region=payload["region"],
        timezone=payload["timezone"],
        created_at=payload["createdAt"],
        version=payload["version"],
    )

    async def work(session: Session) -> None:
        if not await already_handled(mongo, message_id, at, session):
            await keep_profiles(mongo, [profile], session)

    await mongo.transaction(work)


async def last_check_in(mongo: Mongo, user_id: str, session: Session) -> CheckIn | None:
    """The user's last check-in."""
    document = await mongo.write[PROFILES.name].find_one({"_id": user_id}, session=session)
    last = (document or {}).get("lastCheckIn")
    return None if last is None else CheckIn(last["day"], last["timezone"], last["at"])


async def set_last_check_in(mongo: Mongo, user_id: str, check_in: CheckIn, session: Session) -> None:
    """Notes the check-in. Of two at once in two transactions one fails and is tried again."""
    stored = {"day": check_in.day, "timezone": check_in.timezone, "at": check_in.at}
    await mongo.write[PROFILES.name].update_one(
        {"_id": user_id}, {"$set": {"lastCheckIn": stored}}, upsert=True, session=session
    )


def _unless_newer(profile: Profile) -> Document:
    newer = {"$gte": [{"$ifNull": ["$version", -1]}, {"$literal": profile.version}]}
    fields = {
        "region": profile.region,
        "timezone": profile.timezone,
        "createdAt": profile.created_at,
        "version": profile.version,
    }
    return {name: {"$cond": [newer, f"${name}", {"$literal": value}]} for name, value in fields.items()}
