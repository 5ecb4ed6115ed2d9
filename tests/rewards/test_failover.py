"""A set of three: which member is asked what, and what is lost (nothing) when two primaries go while five hundred claim."""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pymongo import ReadPreference

from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.settings import StoreSettings
from tests.fixtures.commands import CommandLog
from tests.rewards.claiming import Claiming
from tests.stack import ReplicaSet, start_replica_set

CLAIMS = 500
STOCK = 450


@pytest.fixture(scope="module")
def replica_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaSet]:
    with start_replica_set(tmp_path_factory.mktemp("three")) as running:
        yield running


@pytest.fixture
async def database_name() -> str:
    """Of the test's own; the whole set is thrown away."""
    return f"test_{secrets.token_hex(6)}"


@pytest.fixture
async def mongo(replica_set: ReplicaSet, database_name: str) -> AsyncIterator[Mongo]:
    settings = StoreSettings(mongo_url=replica_set.url, mongo_database=database_name)
    connections = Mongo(settings, app_name="laurel-tests")
    yield connections
    connections.close()


@pytest.fixture
def service_settings(service_settings: dict[str, Any], replica_set: ReplicaSet, database_name: str) -> dict[str, Any]:
    return {**service_settings, "mongo_url": replica_set.url, "mongo_database": database_name}


REQUESTS = "{ rewardRequests { edges { node { id } } } }"
RECONCILE = "{ reconciliation { checkedAt ledgerBreaches } }"


@pytest.mark.usefixtures("redis_url")
async def test_changes_and_their_author_s_reads_go_to_the_primary_and_all_other_reads_to_the_others(
    claiming: Claiming, replica_set: ReplicaSet, commands: CommandLog
) -> None:
    primary = replica_set.primary_port
    with commands.by_member() as changing:
        offer_id = await claiming.offer()
        assert (await claiming.claim(offer_id, "us1"))["__typename"] == "ClaimRewardSuccess"
    assert {port for port, _ in changing} == {primary}
    with commands.by_member() as author_s:
        assert (await ask(claiming, REQUESTS, claiming.operator))["edges"]
    assert author_s == {(primary, "find"): 1}
    reader = claiming.issuer.token("kr-reader", "AUDITOR", "ADMIN")
    # A client that has met no secondary yet prefers none.
    connections = claiming.rewards.app.state.resources.mongo
    for database in (connections.read, connections.analytics):
        await database.command("ping", read_preference=ReadPreference.SECONDARY)
    with commands.by_member() as others:
        for _ in range(10):
            await ask(claiming, REQUESTS, reader)
        await ask(claiming, RECONCILE, reader)
    assert others
    assert primary not in {port for port, _ in others}


async def ask(claiming: Claiming, query: str, token: str) -> dict[str, Any]:
    (found,) = (await claiming.rewards.graphql(query, token=token)).data.values()
    answer: dict[str, Any] = found
    return answer


@pytest.mark.usefixtures("redis_url")
async def test_no_claim_is_lost_or_granted_twice_over_a_stepdown_and_a_kill(
    claiming: Claiming, start_rewards: Any, replica_set: ReplicaSet
) -> None:
    processes = [await start_rewards(claim_seconds=5) for _ in range(2)]
    offer_id = await claiming.offer(stockTotal=STOCK)
    rng = random.Random(6)
    first_answers: Counter[str] = Counter()
    last_answers: Counter[str] = Counter()

    async def claim(number: int) -> None:
        await asyncio.sleep(rng.uniform(0, 8))
        seen = []
        for _ in range(60):
            answer = await claiming.claim(offer_id, f"us{number}", at=processes[number % 2])
            seen.append(answer["__typename"])
            if seen[-1] != "TryAgain":
                break
            await asyncio.sleep(rng.uniform(0.1, 0.5))
        first_answers[seen[0]] += 1
        last_answers[seen[-1]] += 1

    async def disturb() -> None:
        await asyncio.sleep(2)
        await asyncio.to_thread(replica_set.step_down)
        await asyncio.sleep(3)
        await asyncio.to_thread(replica_set.kill_primary)

    await asyncio.gather(disturb(), *(claim(number) for number in range(CLAIMS)))
    assert set(first_answers) <= {"ClaimRewardSuccess", "OutOfStock", "TryAgain"}
    assert last_answers == {"ClaimRewardSuccess": STOCK, "OutOfStock": CLAIMS - STOCK}
    await claiming.check_sums()
