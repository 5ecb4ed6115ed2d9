"""Kill -9 before and after every database command: nothing is lost, nothing is left half done, one grant at the end.

The commands are told by a run that lives, so that a new write adds its own two deaths.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from tests.fixtures.issuer import Issuer
from tests.rewards.claiming import CLAIM, Claiming
from tests.rewards.dying_process import Death, Life, live
from tests.rewards.test_coupon_codes import add

AT_ONCE = 4


@pytest.fixture
async def quick_expiry(mongo_url: str) -> AsyncIterator[None]:
    """A transaction whose process is gone ends after a second."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    before = await client.admin.command("setParameter", 1, transactionLifetimeLimitSeconds=1)
    yield
    await client.admin.command("setParameter", 1, transactionLifetimeLimitSeconds=before["was"])
    client.close()


@pytest.fixture
def process_settings(service_settings: dict[str, Any]) -> dict[str, Any]:
    """What every rewards process here is started with."""
    return {
        **service_settings,
        "events_url": "http://events/graphql",
        "users_url": "http://users/graphql",
        "service_token": "the token of rewards",
    }


def deaths_of(commands: list[str]) -> list[Death]:
    """Two for each command, and for one more: a draw from a pool looks once or twice."""
    numbers = range(1, len(commands) + 2)
    return [death for n in numbers for death in (Death("before", n), Death("after", n))]


@pytest.mark.usefixtures("quick_expiry")
@pytest.mark.parametrize(
    ("kind", "approval"),
    [
        ("points", "AUTOMATIC"),
        ("points", "MANUAL"),
        ("coupon", "AUTOMATIC"),
        ("badge", "AUTOMATIC"),
        ("item", "AUTOMATIC"),
    ],
)
async def test_a_claim_survives_a_death_at_any_of_its_commands(
    claiming: Claiming, issuer: Issuer, process_settings: dict[str, Any], kind: str, approval: str
) -> None:
    def life(offer_id: str, user_id: str, death: Death | None = None) -> Life:
        variables = {"offer": offer_id, "key": "tap"}
        now, token = claiming.clock.now(), issuer.token(user_id)
        return Life(process_settings, issuer.public_set, now, CLAIM, variables, token, death)

    async def new_offer() -> str:
        reward_id = await claiming.reward(kind=kind)
        if kind == "coupon":
            await add(claiming, reward_id, reward_id, generate={"count": 2})
        return await claiming.offer(reward_id, approval=approval, stockTotal=2)

    lived = await live(life(await new_offer(), "us-lived"))
    assert lived.data["claimReward"]["__typename"] == "ClaimRewardSuccess"
    at_once = asyncio.Semaphore(AT_ONCE)
    outcomes: Counter[int] = Counter()

    async def die_and_ask_again(death: Death) -> None:
        offer_id, user_id = await new_offer(), f"us-{death.moment}-{death.command}"
        async with at_once:
            told = await live(life(offer_id, user_id, death))
        # A life may be over before its death.
        assert told.was_killed or len(told.commands) < death.command, death
        held = await claiming.mongo.write["requests"].count_documents({"userId": user_id})
        answer = await claiming.claim(offer_id, user_id)
        while answer["__typename"] == "TryAgain":
            answer = await claiming.claim(offer_id, user_id)
        assert answer["__typename"] == "ClaimRewardSuccess", death
        assert answer["isReplay"] is bool(held), death
        outcomes[held] += 1

    await asyncio.gather(*(die_and_ask_again(death) for death in deaths_of(lived.commands)))
    # Some died before their transaction held, and some after.
    assert set(outcomes) == {0, 1}
    await claiming.check_sums()
    assert await claiming.mongo.write["requests"].count_documents({}) == len(deaths_of(lived.commands)) + 1
