"""What is sent to do harm is refused with a code, by the router and by a subgraph alone, and others do not feel it."""

import asyncio

from deploy.benchmarks.abuse import memory, polled
from deploy.benchmarks.attacks import attacks, send, slow_body
from deploy.local.stack import SUBGRAPHS
from tests.fixtures.graph import Graph

# Mebibytes that a process may have grown by at the end of it all.
MAX_GROWTH = 64


async def test_every_attack_is_refused_while_another_client_is_answered_and_memory_stays(graph: Graph) -> None:
    stack = graph.stack
    pids = {name: stack.pid(name) for name in ("router", *SUBGRAPHS)}
    signed_in = {"authorization": f"Bearer {graph.token('krdemo0000000000000000')}"}
    from_router = {"x-router-secret": stack.router_secret, **signed_in}
    targets = [
        (stack.router_url, signed_in),
        *((stack.subgraph_url(name), from_router) for name in SUBGRAPHS),
    ]
    before = memory(pids)
    async with polled(stack.router_url) as answered:
        slow = asyncio.gather(
            *(slow_body(url, headers, pause_seconds=0.5) for url, headers in targets for _ in range(10))
        )
        for url, headers in targets:
            for attack in attacks():
                codes = await send(graph.http, url, attack, headers)
                assert codes, f"{attack.name} was let through at {url}"
                assert attack.codes.issuperset(codes), (attack.name, url, codes)
        ended = await slow
    after = memory(pids)
    assert {line.split()[1] for line, _ in ended[:10]} == {b"504"}
    assert {line.split()[1] for line, _ in ended[10:]} == {b"408"}
    # None was held longer than the limits say, by much.
    assert max(seconds for _, seconds in ended) < 40
    assert answered
    assert {name: grown for name in pids if (grown := after[name] - before[name]) > MAX_GROWTH} == {}


async def test_a_part_that_is_refused_is_told_at_its_own_field_and_spoils_no_other(graph: Graph) -> None:
    aliases = " ".join(f"a{number}: id" for number in range(300))
    query = f'{{ event(id: "evdemo00active0000001") {{ name mine: offers {{ {aliases} }} }} }}'
    answer = await graph(query)
    assert answer.partial == {"event": {"name": "Three quests", "mine": None}}
    assert [error["path"] for error in answer.errors] == [["event", "mine"]]
    assert answer.codes == ["QUERY_TOO_COMPLEX"]
