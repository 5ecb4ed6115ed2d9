"""CacheHint the router: whoever begins to read after a change was acknowledged is told of it, in every cached field of every
subgraph, also while a secondary lags. `CACHE_RACE_SECONDS` makes the race longer; then OPERATION_LIMIT and VIEWER_LIMIT
want to be higher too.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest

from tests.fixtures.graph import Graph
from tests.stack import LocalStack, start_replica_set

SECONDS: Final = float(os.environ.get("CACHE_RACE_SECONDS", "5"))
LATE_SECONDS: Final = 3
READ: Final = """query Race($event: ID!, $offer: ID!, $user: ID!) {
  event(id: $event) { version name offers { id version position } } rewardOffer(id: $offer) { version position }
  user(id: $user) { version displayName } }"""
LISTED: Final = 'query Listed { events(filter: {tags: ["raced"]}) { edges { node { version name } } } }'
RENAME: Final = """mutation Rename($id: ID!, $version: Int!, $name: String!) {
  updateEvent(input: { id: $id, expectedVersion: $version, name: $name }) { ... on EventSuccess { event { version } } } }"""
MOVE: Final = """mutation Move($id: ID!, $version: Int!, $position: Int!) {
  updateOffer(input: { id: $id, expectedVersion: $version, position: $position }) {
    ... on OfferSuccess { offer { version } } } }"""
CALL: Final = """mutation Call($version: Int!, $name: String!) {
  updateProfile(input: { expectedVersion: $version, displayName: $name }) { ... on UserSuccess { user { version } } } }"""


@dataclass
class Race:
    """Which versions were acknowledged, and who was told of which."""

    graph: Graph
    event: str
    offer: str
    user: str
    versions: dict[str, int] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0
    is_over: bool = False

    async def change_campaign(self) -> None:
        """Changes the event and its offer by turns, until the race is over."""
        token = self.graph.operator
        while not self.is_over:
            version = self.versions["event"]
            name = f"Version {version + 1}"
            told = await self.graph(RENAME, {"id": self.event, "version": version, "name": name}, token=token)
            self.versions["event"] = told.data["updateEvent"]["event"]["version"]
            version = self.versions["offer"]
            told = await self.graph(MOVE, {"id": self.offer, "version": version, "position": version + 1}, token=token)
            self.versions["offer"] = told.data["updateOffer"]["offer"]["version"]
            self.writes += 2
            await asyncio.sleep(random.uniform(0, 0.1))

    async def change_profile(self) -> None:
        """Changes the user's name, until the race is over."""
        while not self.is_over:
            version = self.versions["user"]
            wanted = {"version": version, "name": f"Version {version + 1}"}
            told = await self.graph(CALL, wanted, token=self.graph.token(self.user))
            self.versions["user"] = told.data["updateProfile"]["user"]["version"]
            self.writes += 1
            await asyncio.sleep(random.uniform(0, 0.1))

    async def read(self, token: str | None) -> None:
        """Reads until the race is over; nothing may be older than what was acknowledged when the read began."""
        wanted = {"event": self.event, "offer": self.offer, "user": self.user}
        while not self.is_over:
            least = dict(self.versions)
            answer = await self.graph(READ, wanted, token=token)
            # Who is not signed in is told of no user.
            assert {*answer.codes} <= {"UNAUTHENTICATED"}, answer.errors
            shown = answer.partial
            (listed,) = (await self.graph(LISTED, token=token)).data["events"]["edges"]
            (offered,) = shown["event"]["offers"]
            told = {"event": shown["event"], "offer": shown["rewardOffer"], "listed": listed["node"], "of": offered}
            # Others are told of the name alone.
            if shown["user"] is not None:
                told["user"] = {**shown["user"], "version": int(shown["user"]["displayName"].removeprefix("Version "))}
            for kind, entry in told.items():
                floor = least[{"listed": "event", "of": "offer"}.get(kind, kind)]
                assert entry["version"] >= floor, f"{kind} was shown as of {entry['version']} after {floor}"
                value = entry.get("name") or entry.get("displayName") or entry.get("position")
                assert value in (f"Version {entry['version']}", entry["version"]), (kind, entry)
            self.reads += 1

    async def run(self) -> None:
        """Two writers, and eight readers of whom some are the writers."""
        tokens = [self.graph.operator, self.graph.token(self.user), self.graph.token("krdemo0000000000000000"), None]
        work = [asyncio.ensure_future(self.change_campaign()), asyncio.ensure_future(self.change_profile())]
        work += [asyncio.ensure_future(self.read(token)) for token in tokens * 2]
        await asyncio.wait(work, timeout=SECONDS, return_when=asyncio.FIRST_EXCEPTION)
        self.is_over = True
        # The first fault ends the race; nobody is left behind.
        await asyncio.wait(work)
        for task in work:
            task.result()


async def begin(graph: Graph) -> Race:
    session = await graph.registered()
    event = await graph.active_event(tags=["raced"])
    offer = await graph.offer(event["id"])
    race = Race(graph, event["id"], offer, session["user"]["id"], {"event": event["version"], "offer": 1, "user": 1})
    # From the second version on, what is shown tells its version.
    told = await graph(
        RENAME, {"id": race.event, "version": event["version"], "name": "Version 3"}, token=graph.operator
    )
    race.versions["event"] = told.data["updateEvent"]["event"]["version"]
    assert race.versions["event"] == 3
    await graph(MOVE, {"id": offer, "version": 1, "position": 2}, token=graph.operator)
    await graph(CALL, {"version": 1, "name": "Version 2"}, token=graph.token(race.user))
    race.versions |= {"offer": 2, "user": 2}
    return race


async def test_no_read_that_begins_after_a_change_was_acknowledged_shows_what_was_before(graph: Graph) -> None:
    race = await begin(graph)
    await race.run()
    print(f"\n{race.reads} reads, {race.writes} writes")
    assert race.writes > 10
    assert race.reads > 20


@pytest.fixture
def lagging_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The stack on three members, of which a secondary that may be read is always some seconds late."""
    folder = tmp_path_factory.mktemp("lagging")
    with start_replica_set(folder / "members", late_seconds=LATE_SECONDS) as members:
        environ: dict[str, Any] = {"MONGO_URL": members.url}
        with LocalStack(folder / "stack", environ=environ) as running:
            yield running


async def test_the_same_holds_while_a_secondary_lags(lagging_stack: LocalStack) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        race = await begin(Graph(lagging_stack, http))
        await race.run()
    print(f"\na secondary {LATE_SECONDS} s late: {race.reads} reads, {race.writes} writes")
    assert race.writes > 10
    assert race.reads > 20
