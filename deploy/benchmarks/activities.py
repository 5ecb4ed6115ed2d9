"""How fast activities are taken, and how fast eligibility is told.

`python -m deploy.benchmarks.activities` (`make bench-activities`). Starts a stack of its own; a minute or two,
whatever the machine.
"""

import argparse
import asyncio
import itertools
import os
import random
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from deploy.benchmarks.own_stack import own_stack
from deploy.benchmarks.timing import Timing, measure
from deploy.local.seed.campaigns import event as make_event
from deploy.local.stack import Stack
from subgraphs.events.model.activity import Activity
from subgraphs.events.model.event import Lifecycle
from subgraphs.events.model.rule import ActivityType, Branch, CountCondition, Quantifier, StreakCondition, SumCondition
from subgraphs.events.store.activities import ACTIVITIES, activity_document
from subgraphs.events.store.event_documents import event_document
from subgraphs.events.store.events import EVENTS
from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.settings import StoreSettings

ROWS_A_CALL: Final = 1_000
SENDERS: Final = (1, 2, 4)
HISTORIES: Final = (10, 1_000, 100_000)
MANY_USERS: Final = 500
MAX_CALLS: Final = 300
EVENT_ID: Final = "evload00000000000000"
KINDS: Final = (ActivityType.QUEST, ActivityType.LOGIN, ActivityType.PURCHASE)
RULE: Final = Branch(
    "n1",
    Quantifier.ALL,
    (
        CountCondition("c1", ActivityType.QUEST, None, 100, False),
        CountCondition("c2", ActivityType.LOGIN, None, 10, True),
        SumCondition("c3", ActivityType.PURCHASE, None, 5_000),
        StreakCondition("c4", ActivityType.QUEST, "forest", 7),
    ),
)
RECORD: Final = """mutation Load($rows: [ActivityInput!]!) { recordActivities(input: {rows: $rows}) {
  __typename ... on RecordActivitiesSuccess { accepted duplicates failures { index } } } }"""
ELIGIBLE: Final = f"""query Load($users: [ID!]!) {{ _entities(representations: [{{__typename: "Event", id: "{EVENT_ID}"}}]) {{
  ... on Event {{ eligibility(userIds: $users) {{ satisfied conditions {{ current }} }} }} }} }}"""


def history(user_id: str, count: int, now: datetime, rng: random.Random) -> list[Activity]:
    """What a user did in the last thirty days, all of it of kinds that the rule asks for."""
    return [
        Activity(
            user_id=user_id,
            type=rng.choice(KINDS),
            name=rng.choice((None, "forest")),
            occurred_at=now - timedelta(seconds=rng.randint(1, 30 * 86_400)),
            received_at=now,
            source="load",
            external_id=str(number),
            amount=rng.randint(1, 100),
        )
        for number in range(count)
    ]


def as_row(activity: Activity) -> dict[str, Any]:
    """The activity as a sender tells it."""
    return {
        "userId": activity.user_id,
        "type": activity.type.value,
        "name": activity.name,
        "occurredAt": activity.occurred_at.isoformat(),
        "source": activity.source,
        "externalId": activity.external_id,
        "amount": activity.amount,
    }


class Bench:
    """The measurements, and the table that they fill."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient, mongo: Mongo, seconds: float) -> None:
        self._stack = stack
        self._http = http
        self._mongo = mongo
        self._seconds = seconds
        self._token = stack.service_token("load")
        self._now = datetime.now(UTC)
        self._rng = random.Random(1)
        title = f"activities on {os.cpu_count()} cores, everything on one machine, through the {stack.gateway}"
        self.table = Table("what", "calls", "a second", "P50 ms", "P95 ms", title=title)

    async def ingest(self) -> None:
        """New rows by several senders, then the same rows told again and again."""
        people = [f"krload{number:016}" for number in range(ROWS_A_CALL)]
        numbers = itertools.count()
        one_each = [history(user_id, 1, self._now, self._rng)[0] for user_id in people]

        def rows() -> list[dict[str, Any]]:
            call = next(numbers)
            return [as_row(replace(activity, external_id=str(call))) for activity in one_each]

        for senders in SENDERS:
            timing = await self._measure(lambda: self._record(rows(), accepted=ROWS_A_CALL), senders)
            self._show(f"1,000 new rows, {senders} at once", timing, timing.rate * ROWS_A_CALL, "rows")
        again = rows()
        await self._record(again, accepted=ROWS_A_CALL)
        timing = await self._measure(lambda: self._record(again, accepted=0), 1)
        self._show("1,000 rows told before", timing, timing.rate * ROWS_A_CALL, "rows")

    async def eligibility(self) -> None:
        """Of single users with short and long histories, then of many at once."""
        event = make_event(
            EVENT_ID,
            "Load",
            self._now,
            starts=-60,
            ends=None,
            lifecycle=Lifecycle.PUBLISHED,
            rule=RULE,
            rng=self._rng,
            creator="krload",
        )
        await self._mongo.write[EVENTS.name].insert_one(event_document(event))
        for count in HISTORIES:
            user_id = f"krlong{count:016}"
            await self._insert(history(user_id, count, self._now, self._rng))
            timing = await self._measure(lambda user_id=user_id: self._eligible([user_id]), 1)
            self._show(f"eligibility of a user with {count:,} activities", timing, timing.rate, "calls")
        many = [f"krmany{number:016}" for number in range(MANY_USERS)]
        await self._insert([a for user_id in many for a in history(user_id, 10, self._now, self._rng)])
        timing = await self._measure(lambda: self._eligible(many), 1)
        self._show(f"eligibility of {MANY_USERS} users with 10 each", timing, timing.rate, "calls")

    async def _measure(self, call: Any, at_once: int) -> Timing:
        return await measure(call, at_once=at_once, seconds=self._seconds, most=MAX_CALLS)

    async def _insert(self, activities: Sequence[Activity]) -> None:
        await self._mongo.write[ACTIVITIES.name].insert_many([activity_document(a) for a in activities], ordered=False)

    async def _record(self, rows: Sequence[Mapping[str, Any]], *, accepted: int) -> None:
        told = (await self._ask(self._stack.router_url, RECORD, {"rows": rows}))["recordActivities"]
        if told != {
            "__typename": "RecordActivitiesSuccess",
            "accepted": accepted,
            "duplicates": len(rows) - accepted,
            "failures": [],
        }:
            raise RuntimeError(f"a call was not taken as it should: {told}")

    async def _eligible(self, user_ids: Sequence[str]) -> None:
        # The router does not know the field: rewards asks the subgraph.
        told = await self._ask(f"{self._stack.url_of('events')}/graphql", ELIGIBLE, {"users": user_ids})
        found = told["_entities"][0]["eligibility"]
        if len(found) != len(user_ids) or None in found:
            raise RuntimeError("somebody's eligibility was not told")

    async def _ask(self, url: str, query: str, variables: Mapping[str, Any]) -> Any:
        headers = {"authorization": f"Bearer {self._token}"}
        response = await self._http.post(url, json={"query": query, "variables": variables}, headers=headers)
        body = response.json()
        if body.get("errors"):
            raise RuntimeError(f"an answer with errors: {body['errors'][:3]}")
        return body["data"]

    def _show(self, what: str, timing: Timing, rate: float, unit: str) -> None:
        p50, p95 = timing.percentile(50), timing.percentile(95)
        self.table.add_row(what, str(len(timing.calls)), f"{rate:,.0f} {unit}", f"{p50:,.1f}", f"{p95:,.1f}")


@asynccontextmanager
async def _mongo_of(stack: Stack) -> AsyncIterator[Mongo]:
    settings = StoreSettings(mongo_url=stack.mongo_url, mongo_database="events", mongo_timeout_seconds=120)
    mongo = Mongo(settings, app_name="laurel-load")
    yield mongo
    mongo.close()


async def run(seconds: float) -> None:
    """Measures and prints the table."""
    async with own_stack() as stack, _mongo_of(stack) as mongo, httpx.AsyncClient(timeout=30) as http:
        bench = Bench(stack, http, mongo, seconds)
        await bench.ingest()
        await bench.eligibility()
        Console().print(bench.table)


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit status where it has one."""
    parser = argparse.ArgumentParser(prog="python -m deploy.benchmarks.activities", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long each line is measured at most")
    asyncio.run(run(parser.parse_args(arguments).seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
