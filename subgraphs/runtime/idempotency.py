"""One idempotency key, one effect: the key is recorded in the transaction of the effect itself."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from pymongo.errors import DuplicateKeyError

from subgraphs.runtime.mongo import Collection, Document, Index, Mongo, Session
from subgraphs.runtime.results import IdempotencyConflict, ValidationFailed, Violation

MAX_KEY_LENGTH: Final = 128
KEPT_SECONDS: Final = 7 * 24 * 3600

_BY_KEY: Final = (("actorId", 1), ("key", 1))

IDEMPOTENCY: Final = Collection(
    "idempotency",
    shard_key=(("actorId", 1),),
    indexes=(
        Index(_BY_KEY, unique=True),
        Index((("at", 1),), expire_after_seconds=KEPT_SECONDS),
    ),
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One call under a key: who makes it, what it is, and a fingerprint of its arguments."""

    actor_id: str
    key: str
    operation: str
    fingerprint: str
    at: datetime


def fingerprint_of(arguments: Mapping[str, Any]) -> str:
    """A digest of a call's arguments: equal arguments give equal digests."""
    canonical = json.dumps(arguments, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def check_key(key: str) -> ValidationFailed | None:
    """Refuses a key that is empty, longer than 128 characters or not printable."""
    if 1 <= len(key) <= MAX_KEY_LENGTH and key.isprintable():
        return None
    message = f"an idempotency key has 1 to {MAX_KEY_LENGTH} printable characters"
    return ValidationFailed((Violation(("idempotencyKey",), "INVALID_KEY", message),))


async def run_once(
    mongo: Mongo, call: Call, work: Callable[[Session], Awaitable[tuple[T, Document]]]
) -> T | Document | IdempotencyConflict:
    """Runs `work` in a transaction that also records the key.

    `work` gives its result and a small document by which a later call with the key finds it again. Gives the result the
    first time, that document every later time, and IdempotencyConflict when the key came with other arguments.
    """
    known = await _recorded(mongo, call)
    if known is not None:
        return known

    async def recorded(session: Session) -> T:
        result, reference = await work(session)
        await mongo.write[IDEMPOTENCY.name].insert_one(
            {
                "actorId": call.actor_id,
                "key": call.key,
                "operation": call.operation,
                "fingerprint": call.fingerprint,
                "reference": reference,
                "at": call.at,
            },
            session=session,
        )
        return result

    try:
        return await mongo.transaction(recorded)
    except DuplicateKeyError as error:
        # Another call with this key was faster; anything else that was not unique is the caller's matter.
        if (error.details or {}).get("keyPattern") != dict(_BY_KEY):
            raise
        return await _settled(mongo, call, error)


async def _settled(mongo: Mongo, call: Call, error: DuplicateKeyError) -> Document | IdempotencyConflict:
    # The other call has committed, but a majority may see it only a moment later.
    for wait in (0.0, 0.01, 0.05, 0.2, 0.5):
        await asyncio.sleep(wait)
        settled = await _recorded(mongo, call)
        if settled is not None:
            return settled
    raise error


async def _recorded(mongo: Mongo, call: Call) -> Document | IdempotencyConflict | None:
    record = await mongo.write[IDEMPOTENCY.name].find_one({"actorId": call.actor_id, "key": call.key})
    if record is None:
        return None
    if record["operation"] != call.operation or record["fingerprint"] != call.fingerprint:
        return IdempotencyConflict()
    reference: Document = record["reference"]
    return reference
