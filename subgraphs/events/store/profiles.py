"""What rules need to know of a user, kept from users' messages."""

from datetime import datetime
from typing import Any, Final

from subgraphs.runtime.mongo import Collection, Mongo
from subgraphs.runtime.outbox import seen_before

PROFILES: Final = Collection("profiles", shard_key=(("_id", 1),))


async def keep_profile(mongo: Mongo, message_id: str, payload: dict[str, Any], at: datetime) -> None:
    """Stores the profile unless a newer version is there. Told twice or late, it changes nothing."""

    async def work(session: Any) -> None:
        if await seen_before(mongo, message_id, at, session):
            return
        fields = {name: payload[name] for name in ("region", "timezone", "createdAt", "version")}
        newer = {"$gte": [{"$ifNull": ["$version", -1]}, {"$literal": payload["version"]}]}
        update = {name: {"$cond": [newer, f"${name}", {"$literal": value}]} for name, value in fields.items()}
        await mongo.write[PROFILES.name].update_one(
            {"_id": payload["userId"]}, [{"$set": update}], upsert=True, session=session
        )

    await mongo.transaction(work)
