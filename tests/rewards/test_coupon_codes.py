"""Pools filled through the API: codes counted, checked, unique, and seen by nobody who fills them."""

import asyncio
import json
import logging
from typing import Any

import pytest

from subgraphs.rewards.model.code_draft import ALPHABET, GeneratedCodes, generate_codes
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.commands import CommandLog
from tests.fixtures.graph import operation
from tests.rewards.claiming import Claiming


async def add(claiming: Claiming, reward_id: str, key: str = "k", **given: Any) -> dict[str, Any]:
    variables = {"input": {"rewardId": reward_id, **given}, "key": key}
    answer = await claiming.rewards.graphql(operation("web/AddCouponCodes"), variables, token=claiming.operator)
    found: dict[str, Any] = answer.data["addCouponCodes"]
    return found


@pytest.fixture
async def coupon(claiming: Claiming) -> str:
    """A coupon with an empty pool."""
    return await claiming.reward(kind="coupon")


async def test_brought_codes_are_added_and_duplicates_counted(claiming: Claiming, mongo: Mongo, coupon: str) -> None:
    first = await add(claiming, coupon, "a", codes=["CODE-1", "CODE-2", "CODE-1"])
    assert (first["added"], first["duplicates"]) == (2, 1)
    assert first["reward"]["codePool"] == {"available": 2, "issued": 0, "revoked": 0}
    again = await add(claiming, coupon, "b", codes=["CODE-2", "CODE-3", "code-3"])
    assert (again["added"], again["duplicates"]) == (2, 1)
    stored = [row async for row in mongo.write["codes"].find({})]
    assert sorted(row["code"] for row in stored) == ["CODE-1", "CODE-2", "CODE-3", "code-3"]
    assert {(row["rewardId"], row["state"], row["requestId"]) for row in stored} == {(coupon, "FREE", None)}


async def test_one_key_fills_once_and_belongs_to_its_codes(claiming: Claiming, mongo: Mongo, coupon: str) -> None:
    answers = await asyncio.gather(*(add(claiming, coupon, codes=["CODE-1", "CODE-1"]) for _ in range(10)))
    assert {(answer["added"], answer["duplicates"]) for answer in answers} == {(1, 1)}
    assert (await add(claiming, coupon, codes=["CODE-2"]))["code"] == "IDEMPOTENCY_CONFLICT"
    assert (await add(claiming, coupon, generate={"count": 1}))["code"] == "IDEMPOTENCY_CONFLICT"
    assert await mongo.write["codes"].count_documents({}) == 1
    assert await mongo.write["audit"].count_documents({"action": "reward.codes-added"}) == 1


async def test_imports_of_the_same_codes_at_once_add_each_once(claiming: Claiming, mongo: Mongo, coupon: str) -> None:
    codes = [f"CODE-{n:04}" for n in range(500)]
    answers = await asyncio.gather(*(add(claiming, coupon, f"k{n}", codes=codes[n * 20 :]) for n in range(10)))
    assert sum(answer["added"] for answer in answers) == 500
    assert [answer["added"] + answer["duplicates"] for answer in answers] == [500 - n * 20 for n in range(10)]
    assert await mongo.write["codes"].count_documents({}) == 500
    entries = [row async for row in mongo.write["audit"].find({"subjectId": coupon}, sort=[("seq", 1)])]
    assert [entry["seq"] for entry in entries] == list(range(1, 12))


async def test_ten_thousand_codes_come_in_one_call_of_few_commands(
    claiming: Claiming, coupon: str, commands: CommandLog
) -> None:
    with commands.recording() as sent:
        brought = await add(claiming, coupon, "a", codes=[f"CODE-{n}" for n in range(10_000)])
    assert (brought["added"], brought["duplicates"]) == (10_000, 0)
    assert len(sent) <= 15
    made = await add(claiming, coupon, "b", generate={"count": 10_000, "prefix": "SUMMER-"})
    assert (made["added"], made["reward"]["codePool"]["available"]) == (10_000, 20_000)


def test_generated_codes_carry_sixty_bits_and_differ() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    codes = generate_codes(GeneratedCodes(5000, "X-", 12), 5000)
    assert len(set(codes)) == 5000
    assert all(code.startswith("X-") and len(code) == 14 and set(code[2:]) <= set(ALPHABET) for code in codes)
    # Each place takes each of the characters about equally often.
    for place in range(2, 14):
        counts = [sum(code[place] == letter for code in codes) for letter in ALPHABET]
        assert min(counts) > 80
        assert max(counts) < 250


@pytest.mark.parametrize(
    ("given", "path", "code"),
    [
        ({}, ["input"], "EXACTLY_ONE"),
        ({"codes": ["CODE"], "generate": {"count": 1}}, ["input"], "EXACTLY_ONE"),
        ({"codes": []}, ["input", "codes"], "COUNT"),
        ({"codes": ["CODE"] * 10_001}, ["input", "codes"], "COUNT"),
        ({"codes": ["GOOD", "BAD"]}, ["input", "codes", "1"], "CODE"),
        ({"codes": ["x" * 65]}, ["input", "codes", "0"], "CODE"),
        ({"codes": ["TWO WORDS"]}, ["input", "codes", "0"], "CODE"),
        ({"codes": ["ÜMLAUT"]}, ["input", "codes", "0"], "CODE"),
        ({"codes": ["TAB\tBED"]}, ["input", "codes", "0"], "CODE"),
        ({"generate": {"count": 0}}, ["input", "generate", "count"], "COUNT"),
        ({"generate": {"count": 10_001}}, ["input", "generate", "count"], "COUNT"),
        ({"generate": {"count": 1, "length": 11}}, ["input", "generate", "length"], "LENGTH"),
        ({"generate": {"count": 1, "length": 65}}, ["input", "generate", "length"], "LENGTH"),
        ({"generate": {"count": 1, "length": 60, "prefix": "ABCDE"}}, ["input", "generate", "length"], "LENGTH"),
        ({"generate": {"count": 1, "prefix": "A B"}}, ["input", "generate", "prefix"], "PREFIX"),
        ({"generate": {"count": 1, "prefix": "x" * 33}}, ["input", "generate", "prefix"], "PREFIX"),
    ],
)
async def test_bad_codes_are_refused_and_the_pool_stays_empty(
    claiming: Claiming, mongo: Mongo, coupon: str, given: dict[str, Any], path: list[str], code: str
) -> None:
    refused = await add(claiming, coupon, **given)
    assert [(violation["path"], violation["code"]) for violation in refused["violations"]] == [(path, code)]
    assert await mongo.write["codes"].count_documents({}) == 0
    assert (await add(claiming, coupon, codes=["GOOD-1"]))["added"] == 1


async def test_of_many_bad_codes_the_first_twenty_are_named(claiming: Claiming, coupon: str) -> None:
    refused = await add(claiming, coupon, codes=["BAD"] * 100)
    assert len(refused["violations"]) == 20


async def test_only_a_coupon_has_codes(claiming: Claiming) -> None:
    assert (await add(claiming, "rw0", codes=["CODE-1"]))["__typename"] == "NotFound"
    refused = await add(claiming, await claiming.reward(kind="badge"), codes=["CODE-1"])
    assert refused["violations"][0]["code"] == "NO_COUPON"
    assert (await add(claiming, await claiming.reward(kind="coupon"), "", codes=["CODE-1"]))["violations"][0][
        "path"
    ] == ["idempotencyKey"]


async def test_no_code_gets_into_the_trail_the_outbox_the_keys_or_the_logs(
    claiming: Claiming, mongo: Mongo, coupon: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    # The driver's own debug lines hold whole commands, which is why no process ever writes them.
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.WARNING, "pymongo"):
        await add(claiming, coupon, "a", codes=["SECRET-1", "SECRET-2"])
        await asyncio.gather(*(add(claiming, coupon, f"k{n}", codes=["SECRET-1", "SECRET-3"]) for n in range(5)))
    kept = [[row async for row in mongo.write[name].find({})] for name in ("audit", "outbox", "idempotency", "rewards")]
    assert "SECRET" not in json.dumps(kept, default=str)
    output = capfd.readouterr()
    assert "SECRET" not in output.out + output.err
    assert not any("SECRET" in record.getMessage() for record in caplog.records)


async def test_the_counts_of_a_pool_are_for_staff_and_one_command_for_a_page(
    claiming: Claiming, commands: CommandLog
) -> None:
    coupons = [await claiming.reward(kind="coupon") for _ in range(5)]
    for coupon in coupons:
        await add(claiming, coupon, codes=["CODE-1"], key=coupon)
    with commands.recording() as sent:
        table = await claiming.rewards.graphql(operation("web/RewardsTable"), {}, token=claiming.operator)
    pools = [edge["node"]["codePool"] for edge in table.data["rewards"]["edges"]]
    assert pools == [{"available": 1, "issued": 0, "revoked": 0}] * 5
    assert sorted(name for _, name, _ in sent) == ["aggregate", "find"]
    offer_id = await claiming.offer(coupons[0])
    query = """query O($id: ID!) { rewardOffer(id: $id) { reward { ... on CouponReward {
      codePool { available issued revoked } } } } }"""
    seen = await claiming.rewards.graphql(query, {"id": offer_id}, token=claiming.issuer.token("us1"))
    nothing = {"available": None, "issued": None, "revoked": None}
    assert seen.data["rewardOffer"] == {"reward": {"codePool": nothing}}
