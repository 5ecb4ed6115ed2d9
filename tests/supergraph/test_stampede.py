"""Five hundred who miss one key at once, at three processes of a subgraph: the database is asked once."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator

import httpx
import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from deploy.local.child import kill_group, start_child
from deploy.local.ports import free_ports
from subgraphs.runtime.clients.tls import tls_context
from tests.fixtures.client import GraphQLClient
from tests.fixtures.graph import Graph
from tests.fixtures.waiting import until

ONE = "query One($id: ID!) { event(id: $id) { name version } }"
LIST = "query List($tag: String!) { events(filter: {tags: [$tag]}, first: 5) { edges { node { id } } } }"
READERS, PROCESSES = 500, 3


@pytest.fixture
async def processes(graph: Graph) -> AsyncIterator[list[GraphQLClient]]:
    """The stack's process of events, and two more beside it."""
    stack = graph.stack
    headers = {"x-router-secret": stack.router_secret}
    async with contextlib.AsyncExitStack() as running:
        # A connection that was kept may be closed at the moment in which it is used again.
        limits = httpx.Limits(max_connections=400, max_keepalive_connections=0)
        http = await running.enter_async_context(httpx.AsyncClient(verify=tls_context(), timeout=60, limits=limits))
        clients = [GraphQLClient(http, stack.subgraph_url("events"), headers)]
        for number in range(1, PROCESSES):
            port = free_ports().events
            process = stack.another("events", port)
            child = start_child(process.command, process.environ, stack.log_folder / f"events-{number}.log")
            running.callback(child.wait)
            running.callback(kill_group, child)
            assert process.ready is not None
            await until(process.ready, 60)
            clients.append(GraphQLClient(http, f"http://127.0.0.1:{port}/graphql", headers))
        yield clients


async def test_five_hundred_readers_at_three_processes_cost_one_load(
    graph: Graph, processes: list[GraphQLClient]
) -> None:
    tag = secrets.token_hex(6)
    event = await graph.active_event(tags=[tag])
    mongo: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(graph.stack.mongo_url)
    for query, variables in ((ONE, {"id": event["id"]}), (LIST, {"tag": tag})):
        await mongo["events"].command("profile", 2)
        answers = await asyncio.gather(*(processes[n % PROCESSES](query, variables) for n in range(READERS)))
        await mongo["events"].command("profile", 0)
        assert len({str(answer.data) for answer in answers}) == 1
        asked = {"appName": "laurel-events", "op": "query", "ns": "events.events"}
        found = [row async for row in mongo["events"]["system.profile"].find(asked)]
        await mongo["events"].drop_collection("system.profile")
        assert len(found) == 1, found
    mongo.close()
