"""Offers and rewards changed by compare-and-set, while claims run and not."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

from subgraphs.runtime.mongo import Mongo
from tests.fixtures.graph import operation
from tests.rewards.claiming import Claiming

STAFF_VIEW = """query O($id: ID!) { rewardOffer(id: $id) { version enabled approval position reservationSeconds
  perUser { count period } stock { total remaining reserved issued } budget { limit remaining reserved spent } } }"""


async def update_offer(claiming: Claiming, offer_id: str, version: int = 1, **changes: Any) -> dict[str, Any]:
    wanted = {"input": {"id": offer_id, "expectedVersion": version, **changes}}
    answer = await claiming.rewards.graphql(operation("web/UpdateOffer"), wanted, token=claiming.operator)
    found: dict[str, Any] = answer.data["updateOffer"]
    return found


async def update_reward(claiming: Claiming, reward_id: str, version: int = 1, **changes: Any) -> dict[str, Any]:
    wanted = {"input": {"id": reward_id, "expectedVersion": version, **changes}}
    answer = await claiming.rewards.graphql(operation("web/UpdateReward"), wanted, token=claiming.operator)
    found: dict[str, Any] = answer.data["updateReward"]
    return found


async def offer_of(claiming: Claiming, offer_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (
        await claiming.rewards.graphql(STAFF_VIEW, {"id": offer_id}, token=claiming.operator)
    ).data["rewardOffer"]
    return found


async def everything(mongo: Mongo) -> list[Any]:
    """All that an update could change."""
    names = ("offers", "stock", "rewards", "audit", "outbox")
    return [[row async for row in mongo.write[name].find({}, sort=[("_id", 1)])] for name in names]


async def test_what_is_given_changes_and_the_rest_stays(claiming: Claiming, mongo: Mongo) -> None:
    offer_id = await claiming.offer(stockTotal=5, pointsBudget=1000, position=3)
    await claiming.claim(offer_id, "us1")
    changes: dict[str, Any] = {"stockTotal": 10, "perUser": {"count": 2, "period": "DAY"}, "enabled": False}
    changed = (await update_offer(claiming, offer_id, **changes))["offer"]
    assert changed == {
        "id": offer_id,
        "position": 3,
        "approval": "AUTOMATIC",
        "reservationSeconds": 604_800,
        "enabled": False,
        "version": 2,
        "perUser": {"count": 2, "period": "DAY"},
        "stock": {"total": 10, "remaining": 9, "reserved": 0, "issued": 1},
        "budget": {"limit": 1000, "remaining": 900, "reserved": 0, "spent": 100},
    }
    entries = [row async for row in mongo.write["audit"].find({"subjectId": offer_id}, sort=[("seq", 1)])]
    assert [entry["action"] for entry in entries] == ["offer.created", "offer.updated"]
    assert entries[1]["before"] == {
        "enabled": True,
        "version": 1,
        "perUser": {"count": 1, "period": "EVER"},
        "stockTotal": 5,
    }
    assert entries[1]["after"] == {**changes, "version": 2}
    told = [row["payload"] async for row in mongo.write["outbox"].find({"topic": "rewards.offer"})]
    assert {payload["version"] for payload in told} == {1, 2}
    assert (await claiming.claim(offer_id, "us2"))["__typename"] == "NotFound"
    await update_offer(claiming, offer_id, 2, enabled=True)
    assert (await claiming.claim(offer_id, "us2"))["__typename"] == "ClaimRewardSuccess"


async def test_null_makes_unlimited_and_a_new_total_counts_what_was_given_meanwhile(claiming: Claiming) -> None:
    offer_id = await claiming.offer(stockTotal=1, pointsBudget=100)
    unlimited = (await update_offer(claiming, offer_id, stockTotal=None, pointsBudget=None))["offer"]
    assert unlimited["stock"] == {"total": None, "remaining": None, "reserved": 0, "issued": 0}
    assert unlimited["budget"] is None
    await claiming.claims(offer_id, [(f"us{n}", "tap") for n in range(7)])
    limited = (await update_offer(claiming, offer_id, 2, stockTotal=10, pointsBudget=1000))["offer"]
    assert limited["stock"] == {"total": 10, "remaining": 3, "reserved": 0, "issued": 7}
    assert limited["budget"] == {"limit": 1000, "remaining": 300, "reserved": 0, "spent": 700}
    answers = await claiming.claims(offer_id, [(f"them{n}", "tap") for n in range(7)])
    assert Counter(answer["__typename"] for answer in answers) == {"ClaimRewardSuccess": 3, "OutOfStock": 4}
    await claiming.check_sums()


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({}, ["input"], "NOTHING"),
        ({"stockTotal": 1}, ["input", "stockTotal"], "TAKEN"),
        ({"pointsBudget": 199}, ["input", "pointsBudget"], "TAKEN"),
        ({"stockTotal": -1}, ["input", "stockTotal"], "STOCK"),
        ({"pointsBudget": -1}, ["input", "pointsBudget"], "BUDGET"),
        ({"perUser": {"count": 0, "period": "DAY"}}, ["input", "perUser", "count"], "COUNT"),
        ({"reservationSeconds": 59}, ["input", "reservationSeconds"], "RESERVATION"),
        ({"position": -1}, ["input", "position"], "POSITION"),
        ({"position": None}, ["input", "position"], "REQUIRED"),
        ({"approval": None}, ["input", "approval"], "REQUIRED"),
        ({"perUser": None}, ["input", "perUser"], "REQUIRED"),
        ({"enabled": None}, ["input", "enabled"], "REQUIRED"),
        ({"reservationSeconds": None}, ["input", "reservationSeconds"], "REQUIRED"),
    ],
)
async def test_a_bad_change_of_an_offer_is_refused_and_changes_nothing(
    claiming: Claiming, mongo: Mongo, changes: dict[str, Any], path: list[str], code: str
) -> None:
    offer_id = await claiming.offer(stockTotal=5, pointsBudget=1000)
    await claiming.claims(offer_id, [("us1", "tap"), ("us2", "tap")])
    before = await everything(mongo)
    refused = await update_offer(claiming, offer_id, **changes)
    assert [(violation["path"], violation["code"]) for violation in refused["violations"]] == [(path, code)]
    assert await everything(mongo) == before


async def test_only_points_can_be_given_a_budget_of_points(claiming: Claiming) -> None:
    offer_id = await claiming.offer(await claiming.reward(kind="coupon"))
    refused = await update_offer(claiming, offer_id, pointsBudget=5)
    assert [violation["code"] for violation in refused["violations"]] == ["NO_POINTS"]


async def test_an_old_version_or_an_unknown_offer_changes_nothing(claiming: Claiming, mongo: Mongo) -> None:
    offer_id = await claiming.offer(stockTotal=5)
    await update_offer(claiming, offer_id, stockTotal=6)
    before = await everything(mongo)
    assert (await update_offer(claiming, offer_id, 1, stockTotal=7))["currentVersion"] == 2
    assert (await update_offer(claiming, "ev1.unknown", 1, stockTotal=7))["__typename"] == "NotFound"
    same = await update_offer(claiming, offer_id, 2, stockTotal=6)
    assert same["offer"]["version"] == 2
    assert await everything(mongo) == before


async def test_of_fifty_updates_with_one_version_one_wins(claiming: Claiming, mongo: Mongo) -> None:
    offer_id = await claiming.offer(stockTotal=100)
    answers = await asyncio.gather(*(update_offer(claiming, offer_id, stockTotal=101 + n) for n in range(50)))
    assert Counter(answer["__typename"] for answer in answers) == {"OfferSuccess": 1, "VersionConflict": 49}
    assert {answer["currentVersion"] for answer in answers if "currentVersion" in answer} == {2}
    (won,) = [answer["offer"] for answer in answers if "offer" in answer]
    assert (await offer_of(claiming, offer_id))["stock"] == won["stock"]
    assert await mongo.write["audit"].count_documents({"subjectId": offer_id}) == 2


@pytest.mark.parametrize("seed", range(5))
async def test_while_claims_run_totals_and_limits_change_and_everything_adds_up(claiming: Claiming, seed: int) -> None:
    offer_id = await claiming.offer(stockTotal=20, pointsBudget=2500)
    chance = random.Random(seed)
    total = 20

    async def change() -> None:
        nonlocal total
        version = 1
        for _ in range(8):
            total = chance.choice([25, 30, 35])
            limit = {"count": chance.randint(1, 3), "period": chance.choice(["EVER", "DAY"])}
            changed = await update_offer(claiming, offer_id, version, stockTotal=total, perUser=limit)
            if changed["__typename"] == "OfferSuccess":
                version = changed["offer"]["version"]
            await asyncio.sleep(0)

    claims = [(f"us{chance.randint(0, 30)}", f"tap{n}") for n in range(80)]
    answers, _ = await asyncio.gather(claiming.claims(offer_id, claims), change())
    kinds = Counter(answer["__typename"] for answer in answers)
    assert kinds["ClaimRewardSuccess"] + kinds["OutOfStock"] + kinds["LimitReached"] + kinds["BudgetExhausted"] == 80
    found = await offer_of(claiming, offer_id)
    assert found["stock"]["issued"] == kinds["ClaimRewardSuccess"] <= 25
    await claiming.check_sums()


async def test_a_reward_s_words_change_and_null_clears_them(claiming: Claiming, mongo: Mongo) -> None:
    reward_id = await claiming.reward(description="Old", imageUrl="https://example.com/a.png")
    changed = await update_reward(claiming, reward_id, name=" New ", description=None, imageUrl=None)
    assert changed["reward"] == {
        "__typename": "PointReward",
        "id": reward_id,
        "name": "New",
        "description": "",
        "imageUrl": None,
        "version": 2,
    }
    entry = await mongo.write["audit"].find_one({"subjectId": reward_id, "seq": 2})
    assert entry is not None
    assert (entry["before"]["description"], entry["after"]["description"]) == ("Old", "")
    stored = await mongo.write["rewards"].find_one({"_id": reward_id})
    assert stored is not None
    assert (stored["nameKey"], stored["points"]) == ("new", 100)
    assert await mongo.write["outbox"].count_documents({"topic": "rewards.reward", "key": reward_id}) == 2


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({}, ["input"]),
        ({"name": None}, ["input", "name"]),
        ({"name": "x" * 121}, ["input", "name"]),
        ({"description": "x" * 5001}, ["input", "description"]),
        ({"imageUrl": "http://example.com"}, ["input", "imageUrl"]),
    ],
)
async def test_a_bad_change_of_a_reward_is_refused_and_changes_nothing(
    claiming: Claiming, mongo: Mongo, changes: dict[str, Any], path: list[str]
) -> None:
    reward_id = await claiming.reward()
    before = await everything(mongo)
    refused = await update_reward(claiming, reward_id, **changes)
    assert [violation["path"] for violation in refused["violations"]] == [path]
    assert await everything(mongo) == before


async def test_of_fifty_updates_of_a_reward_with_one_version_one_wins(claiming: Claiming, mongo: Mongo) -> None:
    reward_id = await claiming.reward()
    answers = await asyncio.gather(*(update_reward(claiming, reward_id, name=f"N{n}") for n in range(50)))
    assert Counter(answer["__typename"] for answer in answers) == {"RewardSuccess": 1, "VersionConflict": 49}
    assert (await update_reward(claiming, "rw0", name="x"))["__typename"] == "NotFound"
    before = await everything(mongo)
    (won,) = [answer["reward"] for answer in answers if "reward" in answer]
    assert (await update_reward(claiming, reward_id, 2, name=won["name"]))["reward"]["version"] == 2
    assert await everything(mongo) == before
