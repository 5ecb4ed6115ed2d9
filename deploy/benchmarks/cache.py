"""What the cache saves: `python -m deploy.benchmarks.cache` (`make bench-cache`).

The three subgraphs, called in this process, on a mongod and a Redis of their own. Each cached field is read without the
cache, cold (everything raised before each read), warm from Redis, and from the process; then readers and a writer at once
show which share of the requests reaches MongoDB.
"""

import asyncio
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import structlog
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table

from deploy.benchmarks.cached_rows import NUMBER, fill
from deploy.benchmarks.servers import start_mongod, start_redis
from subgraphs.events.app import build as build_events
from subgraphs.events.settings import EventsSettings
from subgraphs.events.store.events import event_tags
from subgraphs.rewards.app import build as build_rewards
from subgraphs.rewards.settings import RewardsSettings
from subgraphs.runtime.app_factory import AppResources
from subgraphs.runtime.auth.revocations import Revocations, Standing
from subgraphs.runtime.cache import Cache
from subgraphs.runtime.cache.global_tag import EVERYTHING
from subgraphs.users.app import build as build_users
from subgraphs.users.settings import UsersSettings
from subgraphs.users.signing_keys import SigningKeys, new_private_key

SECRET: Final = "the-secret-of-the-measurement"  # noqa: S105 - reached from this process alone
ROUNDS: Final = 200
READERS: Final = 16
MIXED_READS: Final = 6000
READS_A_WRITE: Final = 100

LIST: Final = (
    "{ events(filter: {statuses: [ACTIVE]}) { edges { node { id name status startsAt ruleNodes { parentId } } } } }"
)
EVENT: Final = "query E($of: [_Any!]!) { _entities(representations: $of) { ... on Event { id name status } } }"
OFFERS: Final = (
    "query O($of: [_Any!]!) { _entities(representations: $of) { ... on Event { offers { id reward { name } } } } }"
)
OFFER: Final = "query O($of: [_Any!]!) { _entities(representations: $of) { ... on RewardOffer { id position } } }"
USER: Final = "query U($of: [_Any!]!) { _entities(representations: $of) { ... on User { id displayName } } }"


@dataclass(frozen=True, slots=True)
class Field:
    """One read of the measurement."""

    name: str
    subgraph: str
    query: str
    variables: dict[str, Any]


def of(typename: str, prefix: str, number: int) -> dict[str, Any]:
    """Returns the variables of a query by reference."""
    return {"of": [{"__typename": typename, "id": f"{prefix}{n}"} for n in range(number)]}


FIELDS: Final = (
    Field("Query.events, 20 of 1,000", "events", LIST, {}),
    Field("Event by its id, 1", "events", EVENT, of("Event", "ev", 1)),
    Field("Event by its id, 20", "events", EVENT, of("Event", "ev", 20)),
    Field("Event.offers and RewardOffer.reward, 1", "rewards", OFFERS, of("Event", "ev", 1)),
    Field("Event.offers and RewardOffer.reward, 20", "rewards", OFFERS, of("Event", "ev", 20)),
    Field("RewardOffer by its id, 20", "rewards", OFFER, of("RewardOffer", "ev0.of", 20)),
    Field("User by its id, 1", "users", USER, of("User", "kr", 1)),
    Field("User by its id, 20", "users", USER, of("User", "kr", 20)),
)


class Process:
    """A subgraph in this process."""

    def __init__(self, app: FastAPI, parts: AppResources) -> None:
        self.app = app
        self.parts = parts
        self.cache: Cache = parts.cache
        transport = httpx.ASGITransport(app=app)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://here", headers={"x-router-secret": SECRET})

    async def read(self, query: str, variables: dict[str, Any]) -> None:
        """Sends one query to the process."""
        response = await self._http.post("/graphql", json={"query": query, "variables": variables})
        if response.json().get("errors"):
            raise RuntimeError(response.text)

    def forget(self) -> None:
        """Drops the values kept in the process."""
        self.cache.forget()


async def nobody() -> dict[str, Standing]:
    """Returns an empty list of revocations."""
    return {}


@contextlib.asynccontextmanager
async def processes(mongo_url: str, redis_url: str) -> AsyncIterator[dict[str, Process]]:
    """The three subgraphs, each with nobody beside it."""
    common: dict[str, Any] = {"mongo_url": mongo_url, "redis_url": redis_url, "port": 0}
    common |= {"router_secret": SECRET, "cursor_secret": SECRET, "jwks_url": "http://x", "revocations_url": "http://x"}
    keys = SigningKeys({"keys": [new_private_key()]})
    events = build_events(
        EventsSettings(**common, users_url="http://x", service_token="none"),  # noqa: S106 - none
        keys=keys,
        revocations=Revocations(nobody),
    )
    users = build_users(
        UsersSettings(**common, signing_keys_file=Path("unused")),
        keys=keys,
        revocations=Revocations(nobody),
    )
    rewards = build_rewards(
        RewardsSettings(**common, events_url="http://x", users_url="http://x", service_token="none"),  # noqa: S106 - none
        keys=keys,
        revocations=Revocations(nobody),
    )
    async with contextlib.AsyncExitStack() as stack:
        for app, _ in (events, users, rewards):
            await stack.enter_async_context(app.router.lifespan_context(app))
        yield {"events": Process(*events), "users": Process(*users), "rewards": Process(*rewards)}


@dataclass(frozen=True, slots=True)
class Took:
    """Medians over many reads one after the other, in milliseconds: until the answer, and of this process's own work."""

    waited: float
    worked: float

    def __str__(self) -> str:
        return f"{self.waited:.2f} / {self.worked:.2f}"


async def timed(read: Callable[[], Awaitable[None]], before: Callable[[], Awaitable[None]] | None = None) -> Took:
    """Times a number of reads, each after what is to happen before it."""
    waited, worked = [], []
    for _ in range(ROUNDS):
        if before is not None:
            await before()
        at, busy = time.perf_counter(), time.process_time()
        await read()
        waited.append(time.perf_counter() - at)
        worked.append(time.process_time() - busy)
    return Took(statistics.median(waited) * 1000, statistics.median(worked) * 1000)


async def by_field(plain: dict[str, Process], running: dict[str, Process]) -> Table:
    """Compares the fields with and without the cache."""
    table = Table("field", "no cache", "cold", "from Redis", "from the process", "speed-up")
    table.title = (
        "One reader, medians: ms until the answer / of the process's own work, and how much less of the latter"
    )
    for field in FIELDS:
        process = running[field.subgraph]

        async def read(process: Process = process, field: Field = field) -> None:
            await process.read(field.query, field.variables)

        async def read_plain(process: Process = plain[field.subgraph], field: Field = field) -> None:
            await process.read(field.query, field.variables)

        async def raised(process: Process = process) -> None:
            await process.cache.idle()
            await process.cache.invalidate([EVERYTHING])

        async def forgotten(process: Process = process) -> None:
            await process.cache.idle()
            process.forget()

        await read_plain()
        without, cold = await timed(read_plain), await timed(read, raised)
        warm, kept = await timed(read, forgotten), await timed(read)
        speedups = f"{without.worked / warm.worked:.1f}, {without.worked / kept.worked:.1f}"
        table.add_row(field.name, str(without), str(cold), str(warm), str(kept), speedups)
    return table


async def mixed(running: dict[str, Process]) -> Table:
    """Readers ask for lists and for events by id, a few of which are asked for most; each hundredth read is a change."""
    process, chance = running["events"], random.Random(7)
    before = dict(process.cache.counts.by_field)
    trips = process.cache.counts.round_trips
    left = iter(range(MIXED_READS))
    started = time.perf_counter()

    async def reader() -> None:
        for number in left:
            event_id = f"ev{min(int(chance.paretovariate(0.6)), NUMBER) - 1}"
            if number % READS_A_WRITE == 0:
                changed = {"$set": {"name": f"Changed {number}"}, "$inc": {"version": 1}}
                await process.parts.mongo.write["events"].update_one({"_id": event_id}, changed)
                await process.cache.invalidate(event_tags(event_id))
            if number % 3 == 0:
                await process.read(LIST, {})
            else:
                await process.read(EVENT, {"of": [{"__typename": "Event", "id": event_id}]})

    await asyncio.gather(*(reader() for _ in range(READERS)))
    seconds = time.perf_counter() - started
    table = Table("field", "reads", "hits", "of them kept", "loads", "share that reaches MongoDB")
    table.title = f"{READERS} readers, one change in {READS_A_WRITE}: {MIXED_READS / seconds:.0f} requests/s"
    for name in ("Query.events", "Event"):

        def count(what: str, name: str = name) -> int:
            return process.cache.counts.by_field[what, name] - before.get((what, name), 0)

        hits = count("hits") + count("stale")
        reads = hits + count("joined") + count("fills") + count("bypasses")
        reached = count("fills") + count("bypasses")
        table.add_row(
            name,
            f"{reads}",
            f"{hits / reads:.1%}",
            f"{count('kept_hits')}",
            f"{count('fills')}",
            f"{reached / reads:.1%}",
        )
    table.caption = f"{(process.cache.counts.round_trips - trips) / MIXED_READS:.2f} round trips to Redis a request"
    return table


async def measure(mongo_url: str, redis_url: str) -> None:
    """Runs all measurements on servers of its own."""
    console = Console(width=120)
    # Where Redis is not, the resolvers run as if there were no cache.
    async with processes(mongo_url, "redis://127.0.0.1:9/0") as plain, processes(mongo_url, redis_url) as running:
        await fill(*(running[name].parts.mongo.write for name in ("users", "events", "rewards")))
        for field in FIELDS:
            for _ in range(5):
                await plain[field.subgraph].read(field.query, field.variables)
        console.print(await by_field(plain, running))
        console.print(await mixed(running))


def main() -> None:
    """Runs the command; returns its exit status where it has one."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        mongo, redis = Path(folder, "mongo"), Path(folder, "redis")
        with start_mongod(mongo) as mongod, start_redis(redis) as server:
            asyncio.run(measure(mongod.url, server.url))


if __name__ == "__main__":
    main()
