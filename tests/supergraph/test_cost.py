"""What a page costs in database commands, told by MongoDB's own profiler."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from redis.asyncio import Redis

from tests.fixtures.graph import Graph

DATABASES = ("users", "events", "rewards")
PAGE = """query Page($first: Int!) { events(first: $first) { edges { node {
  id name createdBy { id displayName }
  offers { id stock { remaining } reward { id name } }
} } } }"""
# One find each: events; the users who created them; offers; stocks; rewards.
COST = Counter(("users.users", "events.events", "rewards.offers", "rewards.stock", "rewards.rewards"))
# What the second reader need not ask the database for.
CACHED = Counter(("users.users", "events.events", "rewards.offers", "rewards.rewards"))


@pytest.fixture
async def profiler(graph: Graph) -> AsyncIterator[AsyncIOMotorClient[dict[str, Any]]]:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(graph.stack.mongo_url)
    for name in DATABASES:
        await client[name].command("profile", 2)
    yield client
    for name in DATABASES:
        await client[name].command("profile", 0)
        await client[name].drop_collection("system.profile")
    client.close()


async def commands(client: AsyncIOMotorClient[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the subgraphs (not their workers) have sent, but for the list of revocations, which is read every two seconds
    whatever is asked.
    """
    sent: list[dict[str, Any]] = []
    for name in DATABASES:
        of_requests = {"op": {"$in": ["query", "command"]}, "command.filter.accessChangedAt": {"$exists": False}}
        sent += [row async for row in client[name]["system.profile"].find({"appName": f"laurel-{name}", **of_requests})]
    return sent


@pytest.mark.parametrize("size", [5, 20, 100])
async def test_a_page_of_events_with_offers_rewards_and_creators_costs_five_commands_and_one_when_cached(
    graph: Graph, profiler: AsyncIOMotorClient[dict[str, Any]], size: int
) -> None:
    redis = Redis.from_url(graph.stack.redis_url)
    await redis.flushall()
    await redis.aclose()
    for cost in (COST, COST - CACHED):
        for name in DATABASES:
            await profiler[name].command("profile", 0)
            await profiler[name].drop_collection("system.profile")
            await profiler[name].command("profile", 2)
        answer = await graph(PAGE, {"first": size}, token=graph.operator)
        edges = answer.data["events"]["edges"]
        assert len(edges) >= min(size, 30)
        assert all(edge["node"]["createdBy"]["displayName"] for edge in edges)
        assert any(edge["node"]["offers"] for edge in edges)
        sent = await commands(profiler)
        assert Counter(row["ns"] for row in sent) == cost
