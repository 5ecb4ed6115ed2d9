"""Whether a million users are as fast as a thousand: `python -m deploy.benchmarks.scale` (`make bench-scale`).

Two stacks of its own, filled as `make seed` fills. On the large one every list that the README guarantees is walked: its
first, 500th and last page must examine as many keys and documents. Then lists, profiles and claims are asked of both by
turns, each time of other rows and users, so that no cache answers. Fails when pages differ or the large one is slower than
it may be. A quarter of an hour.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from deploy.benchmarks.claims import CREATE_EVENT, CREATE_OFFER, CREATE_REWARD, PUBLISH
from deploy.benchmarks.long_lists import fill
from deploy.benchmarks.own_stack import own_stack
from deploy.benchmarks.tokens import Tokens
from deploy.benchmarks.walks import SIZE, Cost, Walk, walk_all
from deploy.local.seed.places import SeedSettings, open_databases
from deploy.local.stack import Stack, seed

# As many events: had it fewer, pages would come again, and the cache would answer.
SMALL: Final = (1_000, 10_500)
PAGE: Final = 500
ROWS: Final = PAGE * SIZE + 500
ALTERNATIONS: Final = 5
CALLS: Final = 40
MAX_RATIO: Final = 1.2
EVENTS: Final = """query E($after: String) { events(filter: {statuses: [ACTIVE]}, after: $after) {
  edges { cursor node { id name startsAt offers { id stock { remaining } reward { name } } } } pageInfo { endCursor } } }"""
USERS: Final = """query U($after: String) { users(after: $after) { edges { node { id displayName status } }
  pageInfo { endCursor } } }"""
PROFILE: Final = """query P { me { id displayName region unreadNotificationCount wallet { balance }
  rewardRequests(first: 5) { edges { node { id status } } } } }"""
CLAIM: Final = """mutation C($offer: ID!) { claimReward(input: {offerId: $offer}, idempotencyKey: "scale") {
  __typename } }"""


@dataclass(frozen=True, slots=True)
class Told:
    """What one call was answered, and the milliseconds that it took."""

    data: Any
    milliseconds: float


class Side:
    """One of the two stacks, and its callers."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient, people: list[str]) -> None:
        self._url = stack.router_url
        self._http = http
        self._tokens = Tokens(stack.secrets.signing_keys)
        self._people = people
        self._after: dict[str, str | None] = {}
        self._admin = self._tokens.of("krdemo0000000000000001", "OPERATOR", "ADMIN")
        self._offer = ""

    async def prepare(self) -> None:
        """Makes an offer that anybody may claim."""
        event = (await self._ask(CREATE_EVENT, self._admin, key="e")).data["createEvent"]["event"]["id"]
        await self._ask(PUBLISH, self._admin, id=event)
        reward = (await self._ask(CREATE_REWARD, self._admin, key="r")).data["createReward"]["reward"]["id"]
        made = await self._ask(CREATE_OFFER, self._admin, event=event, reward=reward, key="o")
        self._offer = made.data["createOffer"]["offer"]["id"]

    async def events(self) -> float:
        """The next page of the active events, with what they offer."""
        return await self._next("events", EVENTS)

    async def users(self) -> float:
        """The next page of all users."""
        return await self._next("users", USERS)

    async def profile(self) -> float:
        """Somebody's own page."""
        told = await self._ask(PROFILE, self._tokens.of(self._people[-1]))
        if told.data["me"] is None:
            raise RuntimeError("nobody is there")
        return told.milliseconds

    async def claim(self) -> float:
        """A claim by whoever looked at their page last."""
        told = await self._ask(CLAIM, self._tokens.of(self._people.pop()), offer=self._offer)
        if told.data["claimReward"]["__typename"] != "ClaimRewardSuccess":
            raise RuntimeError(f"no claim: {told.data}")
        return told.milliseconds

    async def _next(self, field: str, query: str) -> float:
        told = await self._ask(query, self._admin, after=self._after.get(field))
        self._after[field] = told.data[field]["pageInfo"]["endCursor"]
        return told.milliseconds

    async def _ask(self, query: str, token: str, **variables: Any) -> Told:
        started = time.perf_counter()
        body = {"query": query, "variables": variables}
        answer = await self._http.post(self._url, json=body, headers={"authorization": f"Bearer {token}"})
        milliseconds = (time.perf_counter() - started) * 1000
        told = answer.json()
        if told.get("errors"):
            raise RuntimeError(f"no answer: {told['errors']}")
        return Told(told["data"], milliseconds)


KINDS: Final[dict[str, Callable[[Side], Any]]] = {
    "a page of active events with their offers": Side.events,
    "a page of users": Side.users,
    "a profile with wallet, requests and inbox": Side.profile,
    "a claim": Side.claim,
}


async def filled(stack: Stack, users: int, events: int, rows: int) -> tuple[list[str], list[Walk]]:
    """Fills the stack's databases; gives some of its users, and the walks of its lists where `rows` makes them long."""
    if await asyncio.to_thread(seed, stack, ["--users", str(users), "--events", str(events)]) != 0:
        raise RuntimeError("the stack could not be filled")
    databases, connections = open_databases(SeedSettings(mongo_url=stack.mongo_url))
    now = datetime.now(UTC)
    try:
        walks: list[Walk] = []
        if rows:
            await fill(databases, rows, now)
            walks = await walk_all(databases, PAGE, now)
        sample = databases.users["users"].aggregate(
            [{"$match": {"email": {"$regex": "^bulk"}}}, {"$sample": {"size": 900}}]
        )
        people = sorted([row["_id"] async for row in sample])
    finally:
        for connection in connections:
            connection.close()
    random.Random(7).shuffle(people)
    return people, walks


async def ratios(small: Side, large: Side) -> dict[str, list[tuple[float, float]]]:
    """By kind of call: the medians of both sides, for each alternation. Calls go to either side by turns."""
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    for number in range(ALTERNATIONS + 1):
        for kind, call in KINDS.items():
            taken: tuple[list[float], list[float]] = ([], [])
            for _ in range(CALLS):
                for side, times in zip((small, large), taken, strict=True):
                    times.append(await call(side))
            # The first warms up.
            if number:
                found[kind].append((statistics.median(taken[0]), statistics.median(taken[1])))
    return found


def shown_walks(walks: list[Walk]) -> Table:
    """Returns the table of the walks."""

    def cell(cost: Cost) -> str:
        return f"{cost.keys} / {cost.documents}"

    table = Table(
        "list", "first", f"page {PAGE}", "last", "from the back", title="keys / documents examined, pages of 20"
    )
    for walk in walks:
        table.add_row(walk.name, *(cell(cost) for cost in (walk.first, walk.nth, walk.last, walk.from_the_back)))
    return table


async def run(users: int, events: int) -> int:
    """Measures and prints; gives the exit status."""
    console = Console(width=150)
    async with own_stack() as small_stack, own_stack() as large_stack, httpx.AsyncClient(timeout=30) as http:
        small_people, _ = await filled(small_stack, *SMALL, 0)
        large_people, walks = await filled(large_stack, users, events, ROWS)
        console.print(shown_walks(walks))
        small, large = Side(small_stack, http, small_people), Side(large_stack, http, large_people)
        await small.prepare()
        await large.prepare()
        compared = await ratios(small, large)
    title = f"median milliseconds through the router: {SMALL[0]:,} users and {users:,}"
    table = Table("what", f"{SMALL[0]:,}", f"{users:,}", "ratio, median of five", "ratios", title=title)
    slower = []
    for kind, medians in compared.items():
        each = [big / little for little, big in medians]
        middle = statistics.median(each)
        slower += [kind] if middle > MAX_RATIO else []
        little, big = (statistics.median(side) for side in zip(*medians, strict=True))
        table.add_row(kind, f"{little:.1f}", f"{big:.1f}", f"{middle:.2f}", " ".join(f"{ratio:.2f}" for ratio in each))
    console.print(table)
    uneven = [walk.name for walk in walks if not walk.is_even]
    for fault, names in (("pages differ", uneven), (f"more than {MAX_RATIO} times slower", slower)):
        if names:
            console.print(f"{fault}: {', '.join(names)}")
    return 1 if uneven or slower else 0


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit status where it has one."""
    parser = argparse.ArgumentParser(prog="python -m deploy.benchmarks.scale", description=__doc__)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_500)
    chosen = parser.parse_args(arguments)
    return asyncio.run(run(chosen.users, chosen.events))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
