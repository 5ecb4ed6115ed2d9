"""Lists read what is asked for and no more."""

from datetime import timedelta
from typing import Any

import pytest

from subgraphs.events.store.activities import record
from subgraphs.events.types.activities import ACTIVITY_PROJECTION
from subgraphs.runtime.graphql.projections import Projection
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import NOON, an_activity
from tests.fixtures.client import InProcess
from tests.fixtures.commands import CommandLog
from tests.fixtures.field_projection import each_alone_is_as_in_the_whole
from tests.fixtures.issuer import Issuer

USER = {"__typename": "User", "id": "kr1"}
ACTIVITY = dict.fromkeys(ACTIVITY_PROJECTION.parts, "")


async def fill(mongo: Mongo) -> None:
    """Twenty activities, each with a kilobyte that few ask for."""
    attributes = {"note": "x" * 1000}
    instants = [NOON + timedelta(seconds=number) for number in range(20)]
    rows = [
        an_activity(n, name=f"quest {n}", amount=n, attributes=attributes, occurred_at=at)
        for n, at in enumerate(instants)
    ]
    await record(mongo, rows)


async def activities(events: InProcess, issuer: Issuer, selection: str) -> list[dict[str, Any]]:
    below = f"... on User {{ activities {{ edges {{ node {{ {selection} }} }} }} }}"
    answer = await events.graphql.entities([USER], below, token=issuer.token("kr1"))
    return [edge["node"] for edge in answer.data["_entities"][0]["activities"]["edges"]]


async def test_of_three_selections_each_reads_its_own_fields_and_fewer_bytes_than_the_next(
    events: InProcess, mongo: Mongo, issuer: Issuer, commands: CommandLog
) -> None:
    await fill(mongo)
    read: dict[str, int] = {}
    projections: dict[str, list[str]] = {}
    for selection in ("id", "id name", " ".join(ACTIVITY)):
        with commands.recording() as sent, commands.replies() as sizes:
            assert len(await activities(events, issuer, selection)) == 20
        ((_, name, command),) = sent
        assert name == "aggregate"
        projections[selection] = list(command["pipeline"][-1]["$project"])
        read[selection] = sum(sizes)
    ids, names, everything = projections
    known = ["_id", "occurredAt", "userId"]
    assert sorted(projections[ids]) == sorted(["source", "externalId", *known])
    assert sorted(projections[names]) == sorted(["source", "externalId", "name", *known])
    assert set(projections[everything]) == {
        *known,
        *(part for parts in ACTIVITY_PROJECTION.parts.values() for part in parts),
    }
    print(f"bytes read of 20 activities: ids {read[ids]}, names {read[names]}, everything {read[everything]}")
    assert read[ids] < read[names] < read[everything]
    # What nobody asked for is most of it.
    assert read[names] * 4 < read[everything]


async def test_a_field_of_a_fragment_is_read_and_two_selections_of_one_page_are_two_queries(
    events: InProcess, mongo: Mongo, issuer: Issuer, commands: CommandLog
) -> None:
    await fill(mongo)
    query = """query Two($of: [_Any!]!) { _entities(representations: $of) { ... on User {
      a: activities(first: 1) { edges { ...Names } } b: activities(first: 1) { edges { node { amount } } }
      c: activities(first: 1) { edges { node { amount } } } d: activities(first: 1) { pageInfo { endCursor } } } } }
      fragment Names on ActivityEdge { node { ... on Activity { name } } }"""
    with commands.recording() as sent:
        answer = await events.graphql(query, {"of": [USER]}, token=issuer.token("kr1"))
    found = answer.data["_entities"][0]
    assert found["a"]["edges"] == [{"node": {"name": "quest 19"}}]
    assert found["b"]["edges"] == found["c"]["edges"] == [{"node": {"amount": 19}}]
    assert found["d"]["pageInfo"]["endCursor"]
    assert len(sent) == 3


async def test_each_field_of_an_activity_alone_is_as_in_the_whole(
    events: InProcess, mongo: Mongo, issuer: Issuer
) -> None:
    await fill(mongo)
    await each_alone_is_as_in_the_whole(lambda selection: activities(events, issuer, selection), ACTIVITY)


async def test_a_field_that_declares_nothing_reads_whole_documents(
    events: InProcess, mongo: Mongo, issuer: Issuer, commands: CommandLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(mongo)
    others = {name: parts for name, parts in ACTIVITY_PROJECTION.parts.items() if name != "amount"}
    monkeypatch.setattr("subgraphs.events.types.events.ACTIVITY_PROJECTION", Projection(others))
    with commands.recording() as sent:
        assert (await activities(events, issuer, "amount"))[0] == {"amount": 19}
    assert "$project" not in sent[0][2]["pipeline"][-1]
