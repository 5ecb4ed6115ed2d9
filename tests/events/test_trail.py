"""An event's trail has no gap and no fork, however many change the event at once and by whatever mutations."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

from subgraphs.events.model.event import Lifecycle
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import an_event
from tests.events.test_bulk_changes import change, rename
from tests.events.test_events import MOVE, operator
from tests.events.test_updates import update
from tests.fixtures.client import InProcess
from tests.fixtures.issuer import Issuer

CHANGES_EACH = 6
Write = Callable[[InProcess, int, str], Awaitable[dict[str, Any]]]


async def test_the_trail_is_whole_when_updates_transitions_and_bulk_changes_race_in_two_processes(
    start_events: Callable[..., Any], issuer: Issuer, mongo: Mongo
) -> None:
    processes = [await start_events(), await start_events()]
    await mongo.write["events"].insert_one(event_document(an_event(lifecycle=Lifecycle.PUBLISHED)))
    numbers = itertools.count()

    async def one_update(events: InProcess, version: int, name: str) -> dict[str, Any]:
        return await update(events, issuer, version, name=name)

    async def one_move(events: InProcess, version: int, name: str) -> dict[str, Any]:
        stored = await mongo.write["events"].find_one({"_id": "ev1"})
        assert stored is not None
        to = "RESUME" if stored["lifecycle"] == Lifecycle.PAUSED.value else "PAUSE"
        variables = {"id": "ev1", "version": version, "to": to}
        answer = (await events.graphql(MOVE, variables, token=operator(issuer))).data["transitionEvent"]
        if answer["__typename"] == "IllegalTransition":
            # Somebody moved it between the look and the call.
            return {"__typename": "VersionConflict", "currentVersion": stored["version"]}
        found: dict[str, Any] = answer
        return found

    async def one_in_bulk(events: InProcess, version: int, name: str) -> dict[str, Any]:
        done = await change(events, issuer, [rename("ev1", version, name)], key=f"{name}.{version}")
        if done["failures"]:
            found: dict[str, Any] = done["failures"][0]["error"]
            return found
        return {"__typename": "EventSuccess"}

    async def writer(events: InProcess, write: Write) -> None:
        version = 1
        for _ in range(CHANGES_EACH):
            name = f"Name {next(numbers)}"
            while (answer := await write(events, version, name))["__typename"] == "VersionConflict":
                version = answer["currentVersion"]
            assert answer["__typename"] == "EventSuccess", answer

    kinds = (one_update, one_move, one_in_bulk)
    await asyncio.gather(*(writer(events, write) for events in processes for write in kinds for _ in range(2)))
    trail = [row async for row in mongo.write[AUDIT.name].find({"subjectId": "ev1"}, sort=[("seq", 1)])]
    assert [entry["seq"] for entry in trail] == list(range(1, len(processes) * len(kinds) * 2 * CHANGES_EACH + 1))
    assert await breaches(mongo.write[AUDIT.name], "ev1") == []
    event = await mongo.write["events"].find_one({"_id": "ev1"})
    assert event is not None
    assert event["version"] == len(trail) + 1
    # Each entry tells what the one before it left.
    for earlier, later in itertools.pairwise(trail):
        shared = earlier["after"].keys() & later["before"].keys()
        assert {name: later["before"][name] for name in shared} == {name: earlier["after"][name] for name in shared}
