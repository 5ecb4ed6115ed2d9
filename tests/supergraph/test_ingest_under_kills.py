"""A hundred thousand activities while the process that takes them is killed again and again: each counts once.

The sender talks to one more events process, past the router: to a sender, the router only turns a dead process into one
more kind of failure, and the stack's supervisor restarts ever more slowly what keeps dying.
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.benchmarks.activities import RULE, as_row
from deploy.local.child import kill_group, start_child
from deploy.local.ports import free_ports
from subgraphs.events.model.activity import Activity
from subgraphs.events.model.event import Event
from subgraphs.events.model.rule import ActivityType
from subgraphs.events.store import COLLECTIONS
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.mongo import Mongo, ensure_collections
from subgraphs.runtime.settings import StoreSettings
from tests.events.factories import an_activity, an_event, told
from tests.fixtures.client import GraphQLClient
from tests.fixtures.graph import Graph
from tests.fixtures.queries import TESTS_APP
from tests.stack import LocalStack

CALLS, ROWS_A_CALL, KILLS, SENDERS = 100, 1_000, 20, 2
DATABASE = "events_under_kills"
USERS = [f"krkilled{number:014}" for number in range(40)]
KINDS = [ActivityType.QUEST, ActivityType.LOGIN, ActivityType.PURCHASE]
RECORD = """mutation Record($rows: [ActivityInput!]!, $atomicity: Atomicity!) {
  recordActivities(input: {rows: $rows, atomicity: $atomicity}) {
    __typename ... on RecordActivitiesSuccess { accepted duplicates failures { index } } } }"""
PROGRESS = "satisfied conditions { condition { id } satisfied current }"
EVENT = an_event(rule=RULE)


def made(now: datetime, rng: random.Random) -> list[Activity]:
    """Everything that happened, in no order."""
    return [
        an_activity(
            number,
            user_id=rng.choice(USERS),
            type=rng.choice(KINDS),
            name=rng.choice([None, "forest"]),
            occurred_at=now - timedelta(milliseconds=rng.randint(0, 20 * 86_400_000)),
            source="shop",
            amount=rng.randint(1, 100),
        )
        for number in range(CALLS * ROWS_A_CALL)
    ]


class MortalEvents:
    """An events process of the test's own, to be killed and started."""

    def __init__(self, stack: LocalStack, http: httpx.AsyncClient) -> None:
        port = free_ports().events
        self._process = stack.another("events", port, MONGO_DATABASE=DATABASE)
        self._log = stack.log_folder / "mortal-events.log"
        self.is_up = asyncio.Event()
        self.graphql = GraphQLClient(http, f"http://127.0.0.1:{port}/graphql", {"x-router-secret": stack.router_secret})

    async def start(self) -> None:
        """Returns when it is ready."""
        self._child = start_child(self._process.command, self._process.environ, self._log)
        deadline = time.monotonic() + 30
        while not await self._process.ready():
            assert self._child.poll() is None, "it ended by itself"
            assert time.monotonic() < deadline, "it never became ready"
            await asyncio.sleep(0.02)
        self.is_up.set()

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        self.is_up.clear()
        kill_group(self._child)
        self._child.wait()


class Sender:
    """Sends every call until it is answered, and counts what was answered."""

    def __init__(self, events: MortalEvents, token: str) -> None:
        self._events = events
        self._token = token
        self.answers: list[dict[str, Any]] = []
        self.retries = 0
        self._answered = asyncio.Condition()

    async def send(self, calls: Iterator[tuple[int, list[dict[str, Any]]]]) -> None:
        """Takes one call after another. Senders share the iterator."""
        for number, rows in calls:
            atomicity = "ALL_OR_NOTHING" if number % 2 else "SKIP_FAILED"
            while (answer := await self._try({"rows": rows, "atomicity": atomicity})) is None:
                self.retries += 1
                await self._events.is_up.wait()
            async with self._answered:
                self.answers.append(answer)
                self._answered.notify_all()

    async def has_answers(self, count: int) -> None:
        """Returns once so many calls were answered."""
        async with self._answered:
            await self._answered.wait_for(lambda: len(self.answers) >= count)

    async def _try(self, variables: dict[str, Any]) -> dict[str, Any] | None:
        try:
            answer = await self._events.graphql(RECORD, variables, token=self._token)
        except httpx.TransportError:
            return None
        found: dict[str, Any] | None = (answer.partial or {}).get("recordActivities")
        return found


@pytest.fixture
async def database(stack: LocalStack) -> AsyncIterator[Mongo]:
    """The mortal process's database, with its indexes and one event."""
    settings = StoreSettings(mongo_url=stack.mongo_url, mongo_database=DATABASE, mongo_timeout_seconds=60)
    mongo = Mongo(settings, app_name=TESTS_APP)
    await ensure_collections(mongo.write, COLLECTIONS)
    await mongo.write["events"].insert_one(event_document(EVENT))
    yield mongo
    await mongo.write.client.drop_database(DATABASE)
    mongo.close()


# Twenty starts of a process, which a busy machine makes long.
@pytest.mark.timeout(900)
async def test_all_count_once_though_the_process_is_killed_at_twenty_moments(
    graph: Graph, stack: LocalStack, database: Mongo
) -> None:
    rng = random.Random(20_260_302)
    now = datetime.now(UTC).replace(microsecond=0)
    log = made(now, rng)
    calls = enumerate([[as_row(a) for a in log[n : n + ROWS_A_CALL]] for n in range(0, len(log), ROWS_A_CALL)])
    events = MortalEvents(stack, graph.http)
    await events.start()
    try:
        sender = Sender(events, stack.service_token)
        sending = asyncio.gather(*(sender.send(calls) for _ in range(SENDERS)))
        # Somewhere inside the calls that follow so many answers.
        for after in sorted(rng.sample(range(CALLS - 2 * SENDERS), KILLS)):
            await sender.has_answers(after)
            await asyncio.sleep(rng.uniform(0, 0.3))
            events.kill()
            await events.start()
        await sending
        await check_answers(sender)
        await check_log(database, log)
        await check_totals(graph, events, log, stack.service_token)
    finally:
        events.kill()


async def check_answers(sender: Sender) -> None:
    assert sender.retries >= KILLS, "the kills met no call under way"
    assert len(sender.answers) == CALLS
    for answer in sender.answers:
        assert (answer["accepted"] + answer["duplicates"], answer["failures"]) == (ROWS_A_CALL, [])
    # What a killed call had written is told as a duplicate to the next try, and never as accepted twice.
    assert sum(answer["accepted"] for answer in sender.answers) <= CALLS * ROWS_A_CALL


async def check_log(database: Mongo, log: list[Activity]) -> None:
    stored = [
        (r["userId"], r["source"], r["externalId"], r["type"], r["name"], r["occurredAt"], r["amount"])
        async for r in database.write["activities"].find({})
    ]
    assert len(stored) == len(log)
    assert set(stored) == {
        (a.user_id, a.source, a.external_id, a.type.value, a.name, a.occurred_at, a.amount) for a in log
    }


async def check_totals(graph: Graph, events: MortalEvents, log: list[Activity], service: str) -> None:
    by_user: dict[str, list[Activity]] = {user_id: [] for user_id in USERS}
    for activity in log:
        by_user[activity.user_id].append(activity)
    expected = [plain(EVENT, by_user[user_id]) for user_id in USERS]
    event = [{"__typename": "Event", "id": EVENT.id}]
    asked = f"... on Event {{ eligibility(userIds: {json.dumps(USERS)}) {{ {PROGRESS} }} }}"
    assert (await events.graphql.entities(event, asked, token=service)).data["_entities"][0]["eligibility"] == expected
    users = [{"__typename": "User", "id": user_id} for user_id in USERS]
    asked = f'... on User {{ eventProgress(eventIds: ["{EVENT.id}"]) {{ {PROGRESS} }} }}'
    found = (await events.graphql.entities(users, asked, token=graph.operator)).data["_entities"]
    assert [entry["eventProgress"] for entry in found] == [[progress] for progress in expected]


def plain(event: Event, activities: list[Activity]) -> dict[str, Any]:
    """What the plain reading of the log gives, as the API tells it."""
    verdict = told(event, activities)
    return {
        "satisfied": verdict.satisfied,
        "conditions": [
            {"condition": {"id": entry.condition.id}, "satisfied": entry.satisfied, "current": entry.current}
            for entry in verdict.conditions
        ],
    }
