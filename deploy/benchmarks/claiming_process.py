"""A process that claims at the store, without GraphQL and without asking events; one line of JSON tells how it went.

`python -m deploy.benchmarks.claiming_process` reads MONGO_URL and its plan, as JSON, from standard input: `{"user":
prefix of the
users' ids, "offers": ids, "at_once": claims in flight, "most": the largest group, "seconds": how long, "claims": how many}`.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from pymongo import monitoring

from subgraphs.rewards.batching import KeyedBatcher
from subgraphs.rewards.clients.events import EventsClient
from subgraphs.rewards.clients.users import UsersClient
from subgraphs.rewards.operations.claim.batch import commit_group
from subgraphs.rewards.operations.claim.decision import Claim
from subgraphs.rewards.operations.claim.results import Claimed, ClaimResult
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.runtime.clients.subgraph import SubgraphClient
from subgraphs.runtime.clock import SystemClock
from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.settings import StoreSettings, load_settings

WRITE_CONFLICT: Final = 112
CLAIM_SECONDS: Final = 20.0


class RewardsStore(StoreSettings):
    """Where the claims go."""

    mongo_database: str = "rewards"
    mongo_timeout_seconds: float = CLAIM_SECONDS


class Attempts(monitoring.CommandListener):
    """Counts what became of transactions."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Counts a transaction that is committed or aborted."""
        if event.command_name in ("commitTransaction", "abortTransaction"):
            self.counts[event.command_name] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Counts nothing."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Counts a write conflict."""
        if event.failure.get("code") == WRITE_CONFLICT:
            self.counts["conflicts"] += 1


def _dependencies(mongo: Mongo) -> Dependencies:
    # Nobody is asked: the ways out lead nowhere.
    http, nowhere = httpx.AsyncClient(), "http://127.0.0.1:9/"
    events = EventsClient(nowhere, "", timeout_seconds=1, http=http)
    users = UsersClient(SubgraphClient(nowhere, "", timeout_seconds=1, http=http))
    return Dependencies.over(mongo, SystemClock(), events=events, users=users, may_owe=False)


async def claim(plan: dict[str, Any], attempts: Attempts) -> dict[str, Any]:
    """Claims as planned, each for a user of its own."""
    mongo = Mongo(load_settings(RewardsStore), app_name="laurel-load")
    dependencies = _dependencies(mongo)
    groups: list[int] = []

    async def commit(offer_id: str, claims: Sequence[Claim]) -> Sequence[ClaimResult | Exception]:
        groups.append(len(claims))
        return await commit_group(dependencies, offer_id, claims)

    batcher: KeyedBatcher[str, Claim, ClaimResult] = KeyedBatcher(commit, max_batch=plan["most"])
    numbers = iter(range(plan["claims"]))
    offers = itertools.cycle(plan["offers"])
    taken: list[float] = []
    started, cpu = time.perf_counter(), time.process_time()

    async def claimer() -> None:
        for number in numbers:
            at = time.perf_counter()
            if at - started > plan["seconds"]:
                break
            wanted = Claim(
                f"{plan['user']}{number:010}", "load", datetime.now(UTC), "UTC", time.monotonic() + CLAIM_SECONDS
            )
            outcome = await batcher.submit(next(offers), wanted)
            if not isinstance(outcome, Claimed):
                raise RuntimeError(f"a claim came to nothing: {outcome}")
            taken.append(time.perf_counter() - at)

    await asyncio.gather(*(claimer() for _ in range(plan["at_once"])))
    seconds = time.perf_counter() - started
    cpu = time.process_time() - cpu
    mongo.close()
    return {"taken": taken, "seconds": seconds, "cpu": cpu, "groups": groups, **attempts.counts}


def main() -> None:
    """Runs the command; returns its exit status where it has one."""
    attempts = Attempts()
    monitoring.register(attempts)
    print(json.dumps(asyncio.run(claim(json.load(sys.stdin), attempts))))


if __name__ == "__main__":
    main()
