"""Transactions: retried by label after transient errors, committed by majority."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from pymongo import ReadPreference, WriteConcern
from pymongo.errors import ConnectionFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from subgraphs.runtime.mongo.driver import Client, Session

DEFAULT_TRANSACTION_SECONDS: Final = 5.0
T = TypeVar("T")


class CommitUnknown(Exception):
    """The commit was sent and its outcome is not known: it may hold or not."""


def is_unavailable(error: BaseException) -> bool:
    """Whether the error says that the store could not be reached or could not finish in time, not that it said no."""
    if isinstance(error, CommitUnknown | ConnectionFailure):
        return True
    if isinstance(error, PyMongoError):
        return error.timeout or error.has_error_label("TransientTransactionError")
    return False


async def run_transaction(
    client: Client, work: Callable[[Session], Awaitable[T]], *, seconds: float = DEFAULT_TRANSACTION_SECONDS
) -> T:
    """Runs `work` in one transaction and gives what it gave, once that is committed by majority.

    `work` may run several times: after a transient error it starts again with jittered waits until `seconds` have
    passed, and must therefore change nothing but through its session. Whatever `work` raises aborts the transaction.

    Raises CommitUnknown when the commit's outcome could not be learned in time, and the driver's last transient
    error when the time ran out before a commit.
    """
    deadline = time.monotonic() + seconds
    attempt = 0
    while True:
        try:
            return await _attempt(client, work, deadline)
        except PyMongoError as error:
            if not error.has_error_label("TransientTransactionError"):
                raise
            attempt += 1
            wait = random.uniform(0, min(0.2, 0.005 * 2**attempt))
            if time.monotonic() + wait >= deadline:
                raise
            await asyncio.sleep(wait)


async def _attempt(client: Client, work: Callable[[Session], Awaitable[T]], deadline: float) -> T:
    async with await client.start_session() as session:
        # Leaving this block without a commit aborts.
        session.start_transaction(
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )
        result = await work(session)
        await _commit(session, deadline)
        return result


async def _commit(session: Session, deadline: float) -> None:
    while True:
        try:
            await session.commit_transaction()
            return
        except PyMongoError as error:
            if error.has_error_label("TransientTransactionError"):
                raise
            if not error.has_error_label("UnknownTransactionCommitResult"):
                raise
            if time.monotonic() >= deadline:
                raise CommitUnknown from error
            await asyncio.sleep(random.uniform(0.005, 0.05))
