"""Cached events: what a read costs, what a change does, and what the clock does, on real servers."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from subgraphs.events.model.event import Lifecycle
from subgraphs.events.store import COLLECTIONS
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.cache.change_stream import ChangeStreamInvalidator
from subgraphs.runtime.cache.factory import build_invalidator
from subgraphs.runtime.messaging.outbox import Message, Relay
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import NOON, an_event
from tests.events.test_events import MOVE, create, operator
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.commands import CommandLog
from tests.fixtures.issuer import Issuer

LIST = "{ events(filter: {statuses: [ACTIVE]}) { edges { node { id name status } } } }"
ONE = "query One($id: ID!) { event(id: $id) { name status version } }"
RENAME = """mutation Rename($id: ID!, $version: Int!, $name: String!) {
  updateEvent(input: { id: $id, expectedVersion: $version, name: $name }) { ... on EventSuccess { event { version } } } }"""


async def insert(mongo: Mongo, number: int, **changes: Any) -> None:
    documents = [event_document(an_event(id=f"ev{n}", name=f"Event {n}", **changes)) for n in range(number)]
    await mongo.write["events"].insert_many(documents)


async def test_a_hit_costs_one_pipeline_and_no_database_command(
    events: InProcess, mongo: Mongo, commands: CommandLog
) -> None:
    await insert(mongo, 3)
    cold = (await events.graphql(LIST)).data
    await events.cache.idle()
    trips = events.cache.counts.round_trips
    with commands.recording() as sent:
        assert (await events.graphql(LIST)).data == cold
    assert sent == []
    assert events.cache.counts.round_trips - trips == 1
    assert events.cache.counts.by_field["kept_hits", "Query.events"] == 1


async def test_twenty_events_by_reference_cost_one_pipeline_and_when_cold_one_query(
    events: InProcess, mongo: Mongo, commands: CommandLog
) -> None:
    await insert(mongo, 20)
    of = [{"__typename": "Event", "id": f"ev{n}"} for n in range(20)]
    with commands.recording() as sent:
        cold = (await events.graphql.entities(of, "... on Event { name }")).data
    assert [name for _, name, _ in sent] == ["find"]
    await events.cache.idle()
    trips = events.cache.counts.round_trips
    with commands.recording() as sent:
        assert (await events.graphql.entities(of, "... on Event { name }")).data == cold
    assert sent == []
    assert events.cache.counts.round_trips - trips == 1


async def test_reads_of_many_requests_at_once_share_a_pipeline(events: InProcess, mongo: Mongo) -> None:
    await insert(mongo, 20)
    await asyncio.gather(*(events.graphql(ONE, {"id": f"ev{n}"}) for n in range(20)))
    await events.cache.idle()
    trips = events.cache.counts.round_trips
    await asyncio.gather(*(events.graphql(ONE, {"id": f"ev{n}"}) for n in range(20)))
    assert events.cache.counts.round_trips - trips < 10


async def test_another_process_reads_what_one_has_loaded(start_events: Any, mongo: Mongo, commands: CommandLog) -> None:
    first, second = await start_events(), await start_events()
    await insert(mongo, 3)
    cold = (await first.graphql(LIST)).data
    await first.cache.idle()
    with commands.recording() as sent:
        assert (await second.graphql(LIST)).data == cold
    assert sent == []


async def test_a_change_shows_at_once_everywhere(start_events: Any, issuer: Issuer) -> None:
    first, second = await start_events(), await start_events()
    made = (await create(first, issuer))["event"]
    for process in (first, second):
        assert (await process.graphql(ONE, {"id": made["id"]})).data["event"] is None
        assert (await process.graphql(LIST)).data["events"]["edges"] == []
    move = {"id": made["id"], "version": 1, "to": "PUBLISH"}
    await first.graphql(MOVE, move, token=operator(issuer))
    for process in (second, first):
        assert (await process.graphql(ONE, {"id": made["id"]})).data["event"]["status"] == "ACTIVE"
        assert [edge["node"]["id"] for edge in (await process.graphql(LIST)).data["events"]["edges"]] == [made["id"]]
    renamed = {"id": made["id"], "version": 2, "name": "New"}
    await second.graphql(RENAME, renamed, token=operator(issuer))
    for process in (first, second):
        assert (await process.graphql(ONE, {"id": made["id"]})).data["event"]["name"] == "New"
        assert (await process.graphql(LIST)).data["events"]["edges"][0]["node"]["name"] == "New"


async def test_lists_and_events_never_outlive_the_edge_of_a_window(
    events: InProcess, mongo: Mongo, clock: FrozenClock
) -> None:
    await insert(mongo, 1, starts_at=NOON + timedelta(seconds=20), ends_at=NOON + timedelta(seconds=40))
    seen = []
    for _ in range(6):
        one = (await events.graphql(ONE, {"id": "ev0"})).data["event"]["status"]
        listed = [edge["node"]["status"] for edge in (await events.graphql(LIST)).data["events"]["edges"]]
        seen.append((one, listed))
        await events.cache.idle()
        clock.advance(seconds=10)
    assert [one for one, _ in seen] == ["SCHEDULED"] * 2 + ["ACTIVE"] * 2 + ["ENDED"] * 2
    assert [listed for _, listed in seen] == [[], [], ["ACTIVE"], ["ACTIVE"], [], []]
    assert events.cache.counts.by_field["hits", "Query.events"] == 3


async def test_an_old_value_is_shown_for_a_while_and_loaded_anew_once(
    events: InProcess, mongo: Mongo, clock: FrozenClock, commands: CommandLog
) -> None:
    await insert(mongo, 1)
    await events.graphql(ONE, {"id": "ev0"})
    await events.cache.idle()
    clock.advance(seconds=310)
    with commands.recording() as sent:
        answers = await asyncio.gather(*(events.graphql(ONE, {"id": "ev0"}) for _ in range(20)))
        await events.cache.idle()
    assert {answer.data["event"]["name"] for answer in answers} == {"Event 0"}
    assert [name for _, name, _ in sent] == ["find"]
    assert events.cache.counts.total("stale") >= 1
    clock.advance(seconds=100)
    with commands.recording() as sent:
        await events.graphql(ONE, {"id": "ev0"})
    assert sent == []


async def test_what_is_not_there_is_remembered_shortly_and_not_once_it_is_made(
    events: InProcess, mongo: Mongo, clock: FrozenClock, commands: CommandLog
) -> None:
    for expected in (1, 0):
        with commands.recording() as sent:
            assert (await events.graphql(ONE, {"id": "ev0"})).data["event"] is None
        assert len(sent) == expected
        await events.cache.idle()
    invalidator = build_invalidator(events.app.state.resources.settings.redis_url, mongo.write.name)
    await insert(mongo, 1)
    await invalidator.invalidate(["Event:ev0"])
    await invalidator.close()
    assert (await events.graphql(ONE, {"id": "ev0"})).data["event"]["name"] == "Event 0"


async def test_a_change_past_the_application_is_seen_in_the_database_s_stream(
    events: InProcess, mongo: Mongo, redis_url: str
) -> None:
    await insert(mongo, 1)
    invalidator = build_invalidator(redis_url, mongo.write.name)
    raised: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()

    async def invalidate(tags: Any) -> None:
        await invalidator.invalidate(tags)
        raised.put_nowait(tuple(tags))

    watching = asyncio.create_task(ChangeStreamInvalidator(mongo, COLLECTIONS, invalidate).run())
    assert await raised.get() == ("*",)
    assert (await events.graphql(ONE, {"id": "ev0"})).data["event"]["name"] == "Event 0"
    await events.cache.idle()
    await mongo.write["events"].update_one({"_id": "ev0"}, {"$set": {"name": "By hand"}})
    assert await raised.get() == ("Event:ev0", "Events")
    assert (await events.graphql(ONE, {"id": "ev0"})).data["event"]["name"] == "By hand"
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await invalidator.close()


async def test_a_change_whose_process_died_before_it_told_is_told_by_the_relay(
    events: InProcess, mongo: Mongo, issuer: Issuer, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = (await create(events, issuer))["event"]
    await events.graphql(MOVE, {"id": made["id"], "version": 1, "to": "PUBLISH"}, token=operator(issuer))
    assert (await events.graphql(ONE, {"id": made["id"]})).data["event"]["name"] == "Made"
    await events.cache.idle()

    async def died(_: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched, pytest.raises(asyncio.CancelledError):
        patched.setattr(events.cache, "invalidate", died)
        await events.graphql(RENAME, {"id": made["id"], "version": 2, "name": "New"}, token=operator(issuer))
    assert (await events.graphql(ONE, {"id": made["id"]})).data["event"]["name"] == "Made"

    class Nowhere:
        async def publish(self, message: Message) -> None:
            pass

    invalidator = build_invalidator(redis_url, mongo.write.name)
    await Relay(mongo, Nowhere(), invalidate=invalidator.invalidate).drain()
    await invalidator.close()
    assert (await events.graphql(ONE, {"id": made["id"]})).data["event"]["name"] == "New"


async def test_services_and_loads_ask_the_database(
    events: InProcess, mongo: Mongo, issuer: Issuer, commands: CommandLog
) -> None:
    await insert(mongo, 1)
    await events.graphql(ONE, {"id": "ev0"})
    await events.cache.idle()
    for _ in range(2):
        with commands.recording() as sent:
            await events.graphql(ONE, {"id": "ev0"}, token=issuer.service_token())
        assert [command["find"] for _, _, command in sent] == ["events"]


async def test_drafts_stay_with_staff_in_whatever_order_they_are_asked_for(
    events: InProcess, mongo: Mongo, issuer: Issuer
) -> None:
    await insert(mongo, 1, lifecycle=Lifecycle.DRAFT)
    every = '{ events { edges { node { id } } } event(id: "ev0") { id createdBy { id } } }'
    nothing: dict[str, Any] = {"events": {"edges": []}, "event": None}
    whole = {"events": {"edges": [{"node": {"id": "ev0"}}]}, "event": {"id": "ev0", "createdBy": {"id": "kr-operator"}}}
    for token, expected in ((operator(issuer), whole), (None, nothing), (issuer.token("kr1"), nothing)) * 2:
        assert (await events.graphql(every, token=token)).data == expected
        await events.cache.idle()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ events { edges { node { name status } } } }", "private"),
        ('{ event(id: "ev0") { name rule { __typename } } }', "private"),
        ("{ events { totalCount } }", None),
        ('{ event(id: "ev0") { myProgress { satisfied } } }', None),
        ("{ events(first: 0) { edges { node { name } } } }", None),
        ("{ nothing }", None),
        ("{ __typename }", None),
        ('{ _entities(representations: [{__typename: "Event", id: "ev0"}]) { ... on Event { name } } }', "private"),
        ('{ _entities(representations: [{__typename: "User", id: "kr1"}]) { ... on User { id } } }', None),
    ],
)
async def test_a_response_promises_what_all_its_parts_do(
    events: InProcess, mongo: Mongo, query: str, expected: str | None
) -> None:
    await insert(mongo, 1, ends_at=NOON + timedelta(seconds=90))
    said = []
    for _ in range(2):
        response = await events.http.post(
            "/graphql", json={"query": query}, headers={"x-router-secret": "the-router-secret-of-the-tests"}
        )
        said.append(response.headers["cache-control"])
        await events.cache.idle()
    assert said == (["no-store"] * 2 if expected is None else [f"max-age=90, {expected}"] * 2)


async def test_counters_are_published_for_prometheus(events: InProcess, mongo: Mongo) -> None:
    await insert(mongo, 1)
    for _ in range(2):
        await events.graphql(LIST)
        await events.cache.idle()
    text = (await events.http.get("/metrics")).text
    assert 'cache_hits_total{field="Query.events"} 1.0' in text
    assert 'cache_fills_total{field="Query.events"} 1.0' in text
    assert 'cache_breaker{state="closed"} 1.0' in text


def test_the_next_edge_is_the_next_opening_or_closing() -> None:
    event = an_event(starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    hour = timedelta(hours=1)
    found: list[datetime | None] = [event.next_edge(NOON - hour), event.next_edge(NOON), event.next_edge(NOON + hour)]
    assert found == [NOON, NOON + hour, None]
