"""A subgraph that is away spoils only its own fields, tells no address, and serves again when it is back."""

import asyncio
import signal
import time
from typing import Any

import pytest

from tests.fixtures.client import Answer
from tests.fixtures.graph import Graph

EVENT = "evdemo00active0000001"
QUERY = f"""{{ me {{ id displayName wallet {{ balance }} }} event(id: "{EVENT}") {{ name offers {{ id }} }}
  rewardOffer(id: "{EVENT}.points0001") {{ id event {{ name }} }} }}"""
WHOLE = {
    "me": {"id": "krdemo0000000000000000", "displayName": "Ann", "wallet": {"balance": 0}},
    "event": {"name": "Three quests", "offers": [{"id": f"{EVENT}.points0001"}, {"id": f"{EVENT}.points0002"}]},
    "rewardOffer": {"id": f"{EVENT}.points0001", "event": {"name": "Three quests"}},
}
# What is left without each subgraph, and the paths of the errors.
WITHOUT: dict[str, tuple[dict[str, Any], list[list[str]]]] = {
    "users": ({**WHOLE, "me": None}, [["me"]]),
    "events": (
        {**WHOLE, "event": None, "rewardOffer": {"id": f"{EVENT}.points0001", "event": None}},
        [["event"], ["rewardOffer", "event"]],
    ),
    "rewards": (
        {
            "me": {"id": "krdemo0000000000000000", "displayName": "Ann", "wallet": None},
            "event": {"name": "Three quests", "offers": None},
            "rewardOffer": None,
        },
        [["event", "offers"], ["me", "wallet"], ["rewardOffer"]],
    ),
}
DETAILS = ("127.0.0.1", "localhost", "tcp", "connect", "http", "refused", "error sending")


async def ask(graph: Graph) -> Answer:
    return await graph(QUERY, token=graph.token("krdemo0000000000000000"))


async def until_whole(graph: Graph) -> None:
    deadline = time.monotonic() + 30
    while (answer := await ask(graph)).errors:
        assert time.monotonic() < deadline, answer
        await asyncio.sleep(0.2)
    assert answer.data == WHOLE


@pytest.mark.parametrize("name", ["users", "events", "rewards"])
async def test_the_other_two_go_on_and_it_serves_again_once_it_is_back(graph: Graph, name: str) -> None:
    await until_whole(graph)
    graph.stack.said.clear()
    graph.stack.send(name, signal.SIGKILL)
    try:
        answer = await ask(graph)
    finally:
        graph.stack.await_said(f"{name} is back")
        await until_whole(graph)
    left, paths = WITHOUT[name]
    assert answer.partial == left
    assert sorted(error["path"] for error in answer.errors) == paths
    assert set(answer.codes) == {"SUBGRAPH_UNAVAILABLE"}
    for error in answer.errors:
        assert not any(detail in str(error["message"]).lower() for detail in DETAILS)
        assert set(error["extensions"]) == {"code"}
