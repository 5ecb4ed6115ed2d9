"""A walk through five thousand events while others are made, ended and archived sees each once and misses none that stays."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from subgraphs.events.model.event import Event, EventStatus
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import NOON, an_event
from tests.events.test_events import MOVE, SORTS, create, operator, walk
from tests.fixtures.client import InProcess
from tests.fixtures.issuer import Issuer

COUNT, PAGE = 5_000, 100
NAMES = ["Alpha", "beta", "Gamma ray", "delta wave", "Zeta"]


def made(rng: random.Random) -> list[Event]:
    """Active and scheduled events, many of them with the same sort keys as others."""
    return [
        an_event(
            id=f"ev{number:05}",
            name=f"{rng.choice(NAMES)} {number % 50}",
            starts_at=NOON + timedelta(hours=rng.randint(-48, 48)),
            created_at=NOON - timedelta(hours=rng.randint(0, 48)),
        )
        for number in range(COUNT)
    ]


class Campaigners:
    """Operators at work: each at one thing, one after another, as fast as the API takes it."""

    def __init__(self, events: InProcess, issuer: Issuer, victims: list[Event], rng: random.Random) -> None:
        self._events = events
        self._issuer = issuer
        self._victims = iter(victims)
        self.at_work = True
        self._rng = rng
        self._numbers = itertools.count()
        self._changed = asyncio.Condition()
        self.inserted: set[str] = set()
        self.ended: set[str] = set()
        self.archived: set[str] = set()

    async def make(self) -> None:
        """New events, published at once: before, among and behind those that are there."""
        while self.at_work:
            starts_at = NOON + timedelta(hours=self._rng.randint(-60, 60), minutes=1)
            name = f"{self._rng.choice(NAMES)} {self._rng.randint(0, 60)}"
            key = f"new{next(self._numbers)}"
            fresh = await create(
                self._events, self._issuer, key, name=name, startsAt=starts_at.isoformat(), endsAt=None
            )
            await self._move(fresh["event"]["id"], 1, "PUBLISH")
            await self._done(self.inserted, fresh["event"]["id"])

    async def end(self) -> None:
        while self.at_work:
            victim = next(self._victims)
            await self._move(victim.id, 1, "END")
            await self._done(self.ended, victim.id)

    async def end_and_archive(self) -> None:
        while self.at_work:
            victim = next(self._victims)
            await self._move(victim.id, 1, "END")
            await self._move(victim.id, 2, "ARCHIVE")
            await self._done(self.archived, victim.id)

    async def two_changes(self) -> None:
        """Returns after two more of anything."""
        for _ in range(2):
            async with self._changed:
                await self._changed.wait()

    async def _done(self, kind: set[str], event_id: str) -> None:
        kind.add(event_id)
        async with self._changed:
            self._changed.notify_all()

    async def _move(self, event_id: str, version: int, to: str) -> None:
        variables = {"id": event_id, "version": version, "to": to}
        answer = await self._events.graphql(MOVE, variables, token=operator(self._issuer))
        assert answer.data["transitionEvent"]["__typename"] == "EventSuccess"


@pytest.fixture
async def everything(mongo: Mongo, events: InProcess) -> AsyncIterator[list[Event]]:
    """Five thousand events; `events` has made the indexes."""
    stored = made(random.Random(5))
    await mongo.write["events"].insert_many([event_document(event) for event in stored], ordered=False)
    yield stored


@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("sort", sorted(SORTS))
async def test_a_walk_sees_each_once_and_misses_none_that_stays(
    events: InProcess, issuer: Issuer, mongo: Mongo, everything: list[Event], sort: str, backward: bool
) -> None:
    rng = random.Random(f"{sort} {backward}")
    movable = [event for event in everything if event.status_at(NOON) is EventStatus.ACTIVE]
    victims = rng.sample(movable, len(movable) // 2)
    campaigners = Campaigners(events, issuer, victims, rng)
    asked: dict[str, dict[str, Any]] = {
        "staff": {"token": operator(issuer)},
        "public": {"token": None},
        "filtered": {"token": None, "filter": {"statuses": ["ACTIVE"]}},
    }
    async with asyncio.TaskGroup() as group:
        for work in (campaigners.make, campaigners.end, campaigners.end_and_archive):
            group.create_task(work())
        walks = {
            viewer: group.create_task(
                walk(events, size=PAGE, backward=backward, between=campaigners.two_changes, sort=sort, **variables)
            )
            for viewer, variables in asked.items()
        }
        await asyncio.wait(walks.values())
        campaigners.at_work = False
    seen = {viewer: task.result() for viewer, task in walks.items()}
    # The walks met each kind of change.
    assert min(len(campaigners.inserted), len(campaigners.ended), len(campaigners.archived)) >= 10
    touched = {victim.id for victim in victims}
    stayed: dict[str, list[Event]] = {
        "staff": everything,
        "public": [event for event in everything if event.id not in touched],
        "filtered": [event for event in movable if event.id not in touched],
    }
    there = set(await mongo.write["events"].distinct("_id"))
    key, reverse = SORTS[sort]
    for viewer, ids in seen.items():
        assert len(ids) == len(set(ids)), viewer
        expected = [event.id for event in sorted(stayed[viewer], key=key, reverse=reverse)]
        kept = set(expected)
        assert [event_id for event_id in ids if event_id in kept] == expected, viewer
        assert set(ids) <= there, viewer
