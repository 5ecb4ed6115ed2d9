"""Whether anything that is stored has changed."""

import asyncio
import hashlib
import json
import time
from typing import Any, Self

from motor.motor_asyncio import AsyncIOMotorClient

from tests.stack import LocalStack


class Fingerprint:
    """A digest of everything the stack has stored, the workers' queues aside."""

    def __init__(self, stack: LocalStack) -> None:
        self._client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(stack.mongo_url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._client.close()

    async def __call__(self) -> str:
        digest = hashlib.sha256()
        for name in ("users", "events", "rewards"):
            database = self._client[name]
            for collection in sorted(await database.list_collection_names()):
                if collection in ("outbox", "inbox") or collection.startswith("system."):
                    continue
                async for row in database[collection].find({}, sort=[("_id", 1)]):
                    digest.update(json.dumps(row, default=str, sort_keys=True).encode())
        return digest.hexdigest()

    async def settled(self) -> str:
        """The digest once the workers have nothing left to do of what was done before."""
        deadline = time.monotonic() + 30
        before = ""
        while True:
            queued = [await self._client[name]["outbox"].count_documents({}) for name in ("users", "events", "rewards")]
            now = await self()
            if now == before and not any(queued):
                return now
            assert time.monotonic() < deadline, "the workers never came to rest"
            before = now
            await asyncio.sleep(0.3)
