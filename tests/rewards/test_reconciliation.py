"""Reconciliation: all zero after whatever was done through the API, and each kind of breach is found where it is planted."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from subgraphs.rewards.model.reconciliation import MAX_SAMPLES
from subgraphs.rewards.operations.reconcile import BATCH, reconcile
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.commands import CommandLog
from tests.fixtures.graph import operation
from tests.rewards.claiming import Claiming
from tests.rewards.test_coupon_codes import add
from tests.rewards.test_updates import update_offer, update_reward

LINES = ("ledgerBreaches", "stockBreaches", "budgetBreaches", "codeBreaches", "auditChainBreaches")


async def reconciled(claiming: Claiming) -> dict[str, Any]:
    admin = claiming.issuer.token("kr-admin", "ADMIN")
    answer = await claiming.rewards.graphql(operation("web/Reconciliation"), {}, token=admin)
    found: dict[str, Any] = answer.data["reconciliation"]
    return found


class Made:
    """What the tests plant breaches in."""

    points = ""
    coupons = ""
    coupon = ""


@pytest.fixture
async def made(claiming: Claiming) -> Made:
    """Points, coupons and badges, offered, changed and claimed: three users each."""
    made = Made()
    reward_id = await claiming.reward()
    await update_reward(claiming, reward_id, name="New")
    made.points = await claiming.offer(reward_id, stockTotal=10, pointsBudget=5000)
    await update_offer(claiming, made.points, stockTotal=12)
    made.coupon = await claiming.reward(kind="coupon")
    await add(claiming, made.coupon, "a", codes=[f"CODE-{n}" for n in range(5)])
    await add(claiming, made.coupon, "b", codes=["CODE-4", "CODE-5"])
    made.coupons = await claiming.offer(made.coupon, stockTotal=10)
    badges = await claiming.offer(await claiming.reward(kind="badge"))
    for offer_id in (made.points, made.coupons, badges):
        answers = await claiming.claims(offer_id, [(f"us{n}", offer_id) for n in range(3)])
        assert {answer["__typename"] for answer in answers} == {"ClaimRewardSuccess"}
    return made


async def test_what_the_api_did_agrees(claiming: Claiming, made: Made) -> None:
    found = await reconciled(claiming)
    assert found == {"checkedAt": "2026-03-02T12:00:00.000Z", "samples": [], **dict.fromkeys(LINES, 0)}


Plant = Callable[[Any, Made], Awaitable[Any]]


def change(collection: str, query: dict[str, Any], update: dict[str, Any]) -> Plant:
    async def plant(write: Any, made: Made) -> None:
        filled = {
            name: getattr(made, value[1:]) if str(value).startswith("@") else value for name, value in query.items()
        }
        result = await write[collection].update_one(filled, {"$set": update})
        assert result.modified_count == 1

    return plant


def remove(collection: str, query: dict[str, Any]) -> Plant:
    async def plant(write: Any, made: Made) -> None:
        filled = {
            name: getattr(made, value[1:]) if str(value).startswith("@") else value for name, value in query.items()
        }
        assert (await write[collection].delete_one(filled)).deleted_count == 1

    return plant


POINTS = {"userId": "us1", "grant.kind": "POINTS"}
COUPON = {"userId": "us1", "grant.kind": "COUPON"}
PLANTED: list[tuple[str, Plant, dict[str, int]]] = [
    ("a gap in a ledger", change("ledger", {"userId": "us1"}, {"seq": 2}), {"ledgerBreaches": 1}),
    ("an entry whose sum is wrong", change("ledger", {"userId": "us1"}, {"balanceAfter": 99}), {"ledgerBreaches": 2}),
    ("points made of nothing", change("ledger", {"userId": "us1"}, {"points": 500}), {"ledgerBreaches": 2}),
    ("a lot that was emptied", change("lots", {"userId": "us1"}, {"remaining": 0}), {"ledgerBreaches": 1}),
    ("a lot that grew", change("lots", {"userId": "us1"}, {"remaining": 200}), {"ledgerBreaches": 2}),
    ("a lost entry", remove("ledger", {"userId": "us1"}), {"ledgerBreaches": 2}),
    ("a lost lot", remove("lots", {"userId": "us1"}), {"ledgerBreaches": 1}),
    ("a lost badge", remove("badges", {"userId": "us1"}), {"ledgerBreaches": 1}),
    ("a unit made of nothing", change("stock", {"_id": "@points"}, {"remaining": 10}), {"stockBreaches": 1}),
    ("a unit issued to nobody", change("stock", {"_id": "@points"}, {"issued": 4}), {"stockBreaches": 2}),
    ("a unit reserved for nobody", change("stock", {"_id": "@points"}, {"reserved": 1}), {"stockBreaches": 2}),
    ("a stock of another version", change("stock", {"_id": "@points"}, {"offerVersion": 1}), {"stockBreaches": 1}),
    ("an offer without a stock", remove("stock", {"_id": "@coupons"}), {"stockBreaches": 1}),
    ("a stock without an offer", remove("offers", {"_id": "@coupons"}), {"stockBreaches": 1, "auditChainBreaches": 0}),
    ("points spent by nobody", change("stock", {"_id": "@points"}, {"budget.spent": 400}), {"budgetBreaches": 2}),
    ("a budget that grew", change("stock", {"_id": "@points"}, {"budget.limit": 6000}), {"budgetBreaches": 1}),
    ("a code free again", change("codes", {"userId": "us1"}, {"state": "FREE"}), {"codeBreaches": 1}),
    (
        "a code free again as if never issued",
        change("codes", {"userId": "us1"}, {"state": "FREE", "requestId": None, "userId": None}),
        {"codeBreaches": 1},
    ),
    ("a code revoked and kept", change("codes", {"userId": "us1"}, {"state": "REVOKED"}), {"codeBreaches": 1}),
    ("a code of another user", change("codes", {"userId": "us1"}, {"userId": "us2"}), {"codeBreaches": 1}),
    ("a code issued to no request", change("codes", {"userId": "us1"}, {"requestId": "us1.x"}), {"codeBreaches": 2}),
    ("a lost code", remove("codes", {"userId": "us1"}), {"codeBreaches": 1}),
    ("a code nobody drew", change("requests", COUPON, {"grant.code": "CODE-X"}), {"codeBreaches": 2}),
    (
        "a changed entry of a trail",
        change("audit", {"subjectId": "@points", "seq": 1}, {"actorId": "us1"}),
        {"auditChainBreaches": 1},
    ),
    ("a lost entry of a trail", remove("audit", {"subjectId": "@points", "seq": 1}), {"auditChainBreaches": 1}),
    ("a lost end of a trail", remove("audit", {"subjectId": "@points", "seq": 2}), {"auditChainBreaches": 1}),
    ("a lost trail of codes", remove("audit", {"subjectId": "@coupon", "seq": 3}), {"auditChainBreaches": 1}),
    (
        "a request whose status was changed",
        change("requests", POINTS, {"status": "REJECTED"}),
        {"stockBreaches": 1, "budgetBreaches": 1},
    ),
    ("a request that lost its code", change("requests", COUPON, {"grant": None}), {"codeBreaches": 1}),
]


@pytest.mark.parametrize(("planted", "expected"), [(p, e) for _, p, e in PLANTED], ids=[name for name, _, _ in PLANTED])
async def test_a_planted_breach_is_found_and_named(
    claiming: Claiming, mongo: Mongo, made: Made, planted: Plant, expected: dict[str, int]
) -> None:
    await planted(mongo.write, made)
    found = await reconciled(claiming)
    assert {line: found[line] for line in LINES} == dict.fromkeys(LINES, 0) | expected, found["samples"]
    assert len(found["samples"]) == sum(expected.values())
    assert not any("CODE-" in sample for sample in found["samples"])


async def test_a_trail_that_is_wholly_gone_is_found(claiming: Claiming, mongo: Mongo, made: Made) -> None:
    await mongo.write["audit"].delete_many({"subjectId": {"$in": [made.points, made.coupon]}})
    assert (await reconciled(claiming))["auditChainBreaches"] == 2


async def test_many_breaches_are_all_counted_and_twenty_named(
    claiming: Claiming, mongo: Mongo, commands: CommandLog
) -> None:
    offer_id = await claiming.offer()
    users = 2 * BATCH + 10
    await claiming.claims(offer_id, [(f"us{n:04}", "tap") for n in range(users)])
    with commands.recording() as sent:
        assert (await reconcile(mongo)).counts.total() == 0
    # The streams of subjects, and a few reads for each batch of them.
    assert len(sent) < 60
    await mongo.write["lots"].update_many({}, {"$set": {"remaining": 1}})
    found = await reconciled(claiming)
    assert (found["ledgerBreaches"], len(found["samples"])) == (users, MAX_SAMPLES)


async def test_it_is_for_admins_alone(claiming: Claiming) -> None:
    for roles in ((), ("OPERATOR",), ("AUDITOR",)):
        token = claiming.issuer.token("us1", *roles)
        answer = await claiming.rewards.graphql(operation("web/Reconciliation"), {}, token=token)
        assert answer.codes == ["FORBIDDEN"]


@pytest.mark.parametrize("repetition", range(5))
async def test_while_claims_run_each_subject_agrees_at_every_instant(
    claiming: Claiming, mongo: Mongo, made: Made, repetition: int
) -> None:
    offer_id = await claiming.offer(stockTotal=150, perUser={"count": 10, "period": "EVER"})

    async def claims() -> None:
        for round_ in range(10):
            await claiming.claims(offer_id, [(f"us{n}", f"{repetition}-{round_}") for n in range(20)])

    running = asyncio.create_task(claims())
    while not running.done():
        findings = await reconcile(mongo)
        assert findings.samples == []
    await running
