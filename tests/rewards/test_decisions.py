"""Decisions in bulk: each request once, whoever decides, and each call as often as it is sent."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from subgraphs.rewards.operations import decide_requests
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.commands import CommandLog
from tests.rewards.claiming import Claiming
from tests.rewards.reward_client import Moving
from tests.rewards.test_requests import offer_of


def statuses(answer: dict[str, Any]) -> list[str | None]:
    return [request and request["status"] for request in answer["requests"]]


@pytest.mark.parametrize("repetition", range(5))
async def test_approved_and_rejected_at_once_each_request_has_one_outcome(
    claiming: Claiming, moving: Moving, start_rewards: Callable[..., Any], mongo: Mongo, repetition: int
) -> None:
    other = await start_rewards()
    offer_id = await claiming.offer(approval="MANUAL", stockTotal=150)
    ids = await moving.asked(offer_id, *(f"us{n}" for n in range(100)))
    approved, rejected = await asyncio.gather(
        moving.decide(ids, "APPROVE"), moving.decide(list(reversed(ids)), "REJECT", at=other)
    )
    won = [request["id"] for request in approved["requests"] if request]
    lost = [request["id"] for request in rejected["requests"] if request]
    assert sorted(won + lost) == sorted(ids)
    refused = [failure["error"]["status"] for failure in approved["failures"]]
    assert Counter(refused) == Counter({"REJECTED": len(lost)} if lost else {})
    assert (
        await mongo.write["audit"].count_documents({"action": {"$in": ["request.approved", "request.rejected"]}}) == 100
    )
    assert await moving.stock(offer_id) == (150 - len(won), 0, len(won))
    await claiming.check_sums()


async def test_the_good_rows_are_kept_and_each_bad_one_says_why(claiming: Claiming, moving: Moving) -> None:
    points, coupons = (
        await claiming.offer(approval="MANUAL"),
        await offer_of(claiming, "coupon", codes=1, approval="MANUAL"),
    )
    (good,) = await moving.asked(points, "us1")
    (own,) = await moving.asked(points, "kr-operator")
    (gone,) = await moving.asked(points, "us2")
    await moving.cancel(gone, "us2")
    with_code, without = await moving.asked(coupons, "us3", "us4")
    ids = [own, good, "us9.nothing", gone, with_code, without, "nonsense"]
    first = await moving.decide(ids, key="k")
    assert statuses(first) == [None, "FULFILLED", None, None, "FULFILLED", None, None]
    assert [(failure["index"], failure["error"]["code"]) for failure in first["failures"]] == [
        (0, "VALIDATION_FAILED"),
        (2, "NOT_FOUND"),
        (3, "ILLEGAL_STEP"),
        (5, "OUT_OF_STOCK"),
        (6, "NOT_FOUND"),
    ]
    assert first["failures"][0]["error"]["violations"] == [
        {"path": ["input", "requestIds", "0"], "code": "OWN_REQUEST"}
    ]
    assert await moving.decide(ids, key="k") == first
    assert (await moving.decide([good], key="k"))["code"] == "IDEMPOTENCY_CONFLICT"
    assert (await moving.request(own))["status"] == "PENDING"
    await claiming.check_sums()


async def test_all_or_nothing_carries_out_none_when_one_is_bad(claiming: Claiming, moving: Moving) -> None:
    offers = [await claiming.offer(approval="MANUAL", stockTotal=3) for _ in range(2)]
    good = [*await moving.asked(offers[0], "us1"), *await moving.asked(offers[1], "us2")]
    (own,) = await moving.asked(offers[0], "kr-operator")
    whole: dict[str, Any] = {"atomicity": "ALL_OR_NOTHING"}
    refused = await moving.decide([good[0], own, "x.y", good[1]], key="k", **whole)
    assert refused["violations"] == [
        {"path": ["input", "requestIds", "1"], "code": "OWN_REQUEST"},
        {"path": ["input", "requestIds", "2"], "code": "NOT_FOUND"},
    ]
    assert {(await moving.request(request_id))["status"] for request_id in good} == {"PENDING"}
    first = await moving.decide(good, key="k", **whole)
    assert statuses(first) == ["FULFILLED", "FULFILLED"]
    assert await moving.decide(good, key="k", **whole) == first
    await claiming.check_sums()


async def test_of_a_pool_that_is_too_small_all_or_nothing_gives_none(claiming: Claiming, moving: Moving) -> None:
    offer_id = await offer_of(claiming, "coupon", codes=2, approval="MANUAL")
    ids = await moving.asked(offer_id, "us1", "us2", "us3")
    refused = await moving.decide(ids, atomicity="ALL_OR_NOTHING")
    assert [violation["code"] for violation in refused["violations"]] == ["OUT_OF_STOCK"]
    assert {(await moving.request(request_id))["status"] for request_id in ids} == {"PENDING"}
    await claiming.check_sums()


@pytest.mark.parametrize(
    ("ids", "changes", "path"),
    [
        ([], {}, ["input", "requestIds"]),
        ([f"us.{n}" for n in range(501)], {}, ["input", "requestIds"]),
        (["us.1", "us.2", "us.1"], {}, ["input", "requestIds", "2"]),
        (["us.1"], {"decision": "REJECT", "reason": None}, ["input", "reason"]),
        (["us.1"], {"decision": "REJECT", "reason": "  "}, ["input", "reason"]),
        (["us.1"], {"reason": "x" * 501}, ["input", "reason"]),
    ],
)
async def test_a_call_that_breaks_a_rule_is_refused_whole(
    moving: Moving, ids: list[str], changes: dict[str, Any], path: list[str]
) -> None:
    refused = await moving.decide(ids, **changes)
    assert [violation["path"] for violation in refused["violations"]] == [path]


async def test_a_call_that_failed_half_way_is_finished_by_its_key(
    claiming: Claiming, moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = [await claiming.offer(approval="MANUAL") for _ in range(3)]
    ids = [(await moving.asked(offer_id, "us1"))[0] for offer_id in offers]
    decide = decide_requests._decide

    async def failing(dependencies: Any, group: Any, *others: Any) -> Any:
        if group.offer_id == offers[1]:
            raise RuntimeError("the process died here")
        return await decide(dependencies, group, *others)

    monkeypatch.setattr(decide_requests, "_decide", failing)
    variables = {"input": {"requestIds": ids, "decision": "APPROVE"}, "key": "k"}
    query = (
        "mutation D($input: DecideRequestsInput!, $key: String!) { decideRequests(input: $input, idempotencyKey: $key)"
    )
    answer = await claiming.rewards.graphql(query + " { __typename } }", variables, token=claiming.operator)
    assert answer.codes == ["INTERNAL"]
    monkeypatch.setattr(decide_requests, "_decide", decide)
    assert [(await moving.request(request_id))["status"] for request_id in ids] == ["FULFILLED", "PENDING", "PENDING"]
    assert statuses(await moving.decide(ids, key="k")) == ["FULFILLED"] * 3
    await claiming.check_sums()


async def test_five_hundred_requests_of_one_offer_go_in_ten_transactions(
    claiming: Claiming, moving: Moving, commands: CommandLog
) -> None:
    offer_id = await claiming.offer(approval="MANUAL")
    ids = await moving.asked(offer_id, *(f"us{n}" for n in range(500)))
    with commands.recording() as sent:
        answer = await moving.decide(ids)
    assert statuses(answer) == ["FULFILLED"] * 500
    # One takes the key.
    assert [name for _, name, _ in sent].count("commitTransaction") == 11
    await claiming.check_sums()


@pytest.mark.parametrize("repetition", range(5))
async def test_claims_decisions_cancels_and_reversals_at_once_add_up(
    claiming: Claiming, moving: Moving, start_rewards: Callable[..., Any], repetition: int
) -> None:
    other = await start_rewards(claim_seconds=20)
    asked = await claiming.offer(approval="MANUAL", stockTotal=60, pointsBudget=6000)
    given = await claiming.offer(stockTotal=40)
    waiting = await moving.asked(asked, *(f"us{n}" for n in range(40)))
    held = await moving.asked(given, *(f"us{n}" for n in range(20)))
    await asyncio.gather(
        moving.decide(waiting[:25], "APPROVE"),
        moving.decide(waiting[10:35], "REJECT", at=other),
        *(moving.cancel(request_id, request_id.split(".")[0]) for request_id in waiting[20:]),
        *(moving.reverse(request_id, at=other) for request_id in held[:10]),
        *(moving.spend(f"us{n}", 60) for n in range(20)),
        claiming.claims(asked, [(f"other{n}", "tap") for n in range(30)], claiming.rewards, other),
        claiming.claims(given, [(f"other{n}", "tap2") for n in range(30)], claiming.rewards, other),
    )
    await claiming.check_sums()
