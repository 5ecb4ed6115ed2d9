"""Pools of codes and holders of badges, at the store: nothing is given twice."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from subgraphs.rewards.model.reward import BadgeReward
from subgraphs.rewards.store import COLLECTIONS
from subgraphs.rewards.store.badges import BadgeStore
from subgraphs.rewards.store.codes import CodeStore, code_document, pool_counts
from subgraphs.runtime.mongo import Mongo, ensure_collections

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BADGE = BadgeReward(id="rwb", name="Brave", description="", image_url=None, version=1, created_at=NOON)


@dataclass(frozen=True)
class Asked:
    """A request, as far as a pool wants to know it."""

    id: str
    user_id: str


def asked(number: int) -> Asked:
    return Asked(f"us{number}.r", f"us{number}")


@pytest.fixture
async def pool(mongo: Mongo) -> CodeStore:
    """A pool `rw1` of 1,000 free codes."""
    await ensure_collections(mongo.write, COLLECTIONS)
    await mongo.write["codes"].insert_many([code_document("rw1", f"CODE{n:04}") for n in range(1000)])
    return CodeStore(mongo)


async def drawn(mongo: Mongo, pool: CodeStore, holders: list[Asked]) -> list[str]:
    return await mongo.transaction(lambda session: pool.draw("rw1", holders, session), seconds=60)


async def test_sixty_four_callers_empty_a_pool_and_no_code_goes_twice(mongo: Mongo, pool: CodeStore) -> None:
    waiting = [asked(number) for number in range(1000)]

    async def caller() -> list[tuple[str, str]]:
        given: list[tuple[str, str]] = []
        while waiting:
            group = [waiting.pop() for _ in range(min(8, len(waiting)))]
            codes = await drawn(mongo, pool, group)
            given += zip((holder.id for holder in group), codes, strict=True)
        return given

    given = [pair for pairs in await asyncio.gather(*(caller() for _ in range(64))) for pair in pairs]
    assert len({code for _, code in given}) == 1000
    stored = {(row["requestId"], row["code"]) async for row in mongo.write["codes"].find({"state": "ISSUED"})}
    assert stored == set(given)
    assert await drawn(mongo, pool, [asked(1)]) == []


async def test_a_pool_that_is_short_gives_what_it_has_to_the_first(mongo: Mongo, pool: CodeStore) -> None:
    assert len(await drawn(mongo, pool, [asked(number) for number in range(997)])) == 997
    codes = await drawn(mongo, pool, [asked(number) for number in range(1000, 1010)])
    assert len(codes) == 3
    rows = [row async for row in mongo.write["codes"].find({"code": {"$in": codes}})]
    assert {row["code"]: row["userId"] for row in rows} == dict(zip(codes, ("us1000", "us1001", "us1002"), strict=True))


async def test_what_a_transaction_that_fails_drew_is_free_again(mongo: Mongo, pool: CodeStore) -> None:
    async def work(session: object) -> None:
        await pool.draw("rw1", [asked(1)], session)  # type: ignore[arg-type]
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await mongo.transaction(work)
    assert (await pool_counts(mongo.write, ["rw1"]))["rw1"].available == 1000


async def test_a_revoked_code_is_gone_for_good(mongo: Mongo, pool: CodeStore) -> None:
    (code,) = await drawn(mongo, pool, [asked(1)])
    await mongo.transaction(lambda session: pool.revoke("rw1", code, session))
    counts = (await pool_counts(mongo.write, ["rw1", "rw2"]))["rw1"]
    assert (counts.available, counts.issued, counts.revoked) == (999, 0, 1)
    rest = await drawn(mongo, pool, [asked(number) for number in range(1000)])
    assert len(rest) == 999
    assert code not in rest
    with pytest.raises(LookupError):
        await mongo.transaction(lambda session: pool.revoke("rw1", code, session))


async def test_two_grants_of_a_badge_are_two_and_one_is_taken_back(mongo: Mongo) -> None:
    await ensure_collections(mongo.write, COLLECTIONS)
    badges = BadgeStore(mongo)
    grants = [Asked("us1.a", "us1"), Asked("us1.b", "us1"), Asked("us2.a", "us2")]
    await mongo.transaction(lambda session: badges.award(grants, BADGE, NOON, session))
    await mongo.transaction(lambda session: badges.remove("us1.a", "us1", session))
    held = Counter([row["userId"] async for row in mongo.write["badges"].find({})])
    assert held == {"us1": 1, "us2": 1}
    with pytest.raises(LookupError):
        await mongo.transaction(lambda session: badges.remove("us1.a", "us1", session))
