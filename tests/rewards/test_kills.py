"""Kill -9 before and after every database command: nothing is lost, nothing is left half done, one grant at the end.

The commands are told by a run that lives, so that a new write adds its own two deaths.
"""

import asyncio
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
    """Two for each command."""
    numbers = range(1, len(commands) + 1)
    return [death for n in numbers for death in (Death("before", n), Death("after", n))]


def is_committed(death: Death, commands: list[str]) -> bool:
    """Whether the process died after its transaction held."""
    commit = commands.index("commitTransaction") + 1
    return death.command > commit or death == Death("after", commit)


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

    async def die_and_ask_again(death: Death) -> None:
        offer_id, user_id = await new_offer(), f"us-{death.moment}-{death.command}"
        async with at_once:
            assert (await live(life(offer_id, user_id, death))).was_killed, death
        answer = await claiming.claim(offer_id, user_id)
        while answer["__typename"] == "TryAgain":
            answer = await claiming.claim(offer_id, user_id)
        assert answer["__typename"] == "ClaimRewardSuccess", death
        assert answer["isReplay"] is is_committed(death, lived.commands), death

    await asyncio.gather(*(die_and_ask_again(death) for death in deaths_of(lived.commands)))
    await claiming.check_sums()
    assert await claiming.mongo.write["requests"].count_documents({}) == len(lived.commands) * 2 + 1
