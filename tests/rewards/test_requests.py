"""The life of a request: asked, decided, cancelled, expired, reversed, with what it brings and takes at each step."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.release_reservations import release_all_due
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.issuer import Issuer
from tests.rewards.claiming import Claiming
from tests.rewards.reward_client import Moving
from tests.rewards.users_service import UsersService

ADD_CODES = """mutation A($id: ID!, $codes: [String!]) {
  addCouponCodes(input: { rewardId: $id, codes: $codes }, idempotencyKey: "codes") { __typename } }"""


async def offer_of(claiming: Claiming, kind: str, codes: int = 3, **changes: Any) -> str:
    """An offer of a reward of this kind; a coupon's pool has so many codes."""
    reward_id = await claiming.reward(kind=kind)
    if kind == "coupon" and codes:
        variables = {"id": reward_id, "codes": [f"CODE-{n}" for n in range(codes)]}
        await claiming.rewards.graphql(ADD_CODES, variables, token=claiming.operator)
    return await claiming.offer(reward_id, **changes)


@pytest.mark.parametrize(
    ("kind", "grant"),
    [
        ("points", {"__typename": "PointGrant", "points": 100, "expiresAt": None}),
        ("badge", {"__typename": "BadgeGrant", "imageUrl": None}),
        ("coupon", {"__typename": "CouponGrant", "code": "CODE-0"}),
    ],
)
async def test_an_automatic_claim_brings_its_reward_at_once(
    claiming: Claiming, moving: Moving, issuer: Issuer, kind: str, grant: dict[str, Any]
) -> None:
    offer_id = await offer_of(claiming, kind, codes=1, stockTotal=2)
    (request_id,) = await moving.asked(offer_id, "us1")
    seen = await moving.request(request_id, issuer.token("us1"))
    assert (seen["status"], seen["grant"]) == ("FULFILLED", grant)
    assert seen["decidedAt"] is not None
    assert await moving.stock(offer_id) == (1, 0, 1)
    await claiming.check_sums()


async def test_a_thing_is_approved_until_it_is_delivered(claiming: Claiming, moving: Moving) -> None:
    offer_id = await offer_of(claiming, "item", stockTotal=2)
    (request_id,) = await moving.asked(offer_id, "us1")
    seen = await moving.request(request_id)
    assert (seen["status"], seen["grant"]) == ("APPROVED", None)
    assert await moving.stock(offer_id) == (1, 0, 1)
    await claiming.check_sums()


async def test_a_coupon_s_code_is_shown_to_nobody_but_its_owner(
    claiming: Claiming, moving: Moving, issuer: Issuer, mongo: Mongo
) -> None:
    offer_id = await offer_of(claiming, "coupon", codes=1)
    (request_id,) = await moving.asked(offer_id, "us1")
    assert (await moving.request(request_id, issuer.token("us1")))["grant"]["code"] == "CODE-0"
    for role in ("OPERATOR", "AUDITOR", "ADMIN"):
        assert (await moving.request(request_id, issuer.token("staff", role)))["grant"]["code"] is None
    assert await moving.request(request_id, issuer.token("us2")) is None
    for name in ("audit", "outbox"):
        assert "CODE-0" not in str([row async for row in mongo.write[name].find({})])


@pytest.mark.parametrize("limits", [{"stockTotal": 3}, {}])
async def test_of_an_empty_pool_nothing_can_be_claimed_and_each_code_is_given(
    claiming: Claiming, moving: Moving, limits: dict[str, int]
) -> None:
    offer_id = await offer_of(claiming, "coupon", codes=2, **limits)
    answers = await claiming.claims(offer_id, [(f"us{n}", "tap") for n in range(10)])
    assert sorted(answer["__typename"] for answer in answers) == ["ClaimRewardSuccess"] * 2 + ["OutOfStock"] * 8
    await claiming.check_sums()


@pytest.mark.parametrize("kind", ["points", "badge", "coupon", "item"])
async def test_a_manual_claim_waits_and_is_approved(claiming: Claiming, moving: Moving, kind: str) -> None:
    offer_id = await offer_of(claiming, kind, approval="MANUAL", stockTotal=2, reservationSeconds=3600)
    (request_id,) = await moving.asked(offer_id, "us1")
    waiting = await moving.request(request_id)
    assert (waiting["status"], waiting["expiresAt"], waiting["grant"], waiting["decidedAt"]) == (
        "PENDING",
        "2026-03-02T13:00:00.000Z",
        None,
        None,
    )
    assert await moving.stock(offer_id) == (1, 1, 0)
    decided = await moving.decide([request_id])
    assert decided["failures"] == []
    (approved,) = decided["requests"]
    assert approved["status"] == ("APPROVED" if kind == "item" else "FULFILLED")
    assert (approved["decidedBy"], approved["version"]) == ({"id": "kr-operator"}, 2)
    assert await moving.stock(offer_id) == (1, 0, 1)
    await claiming.check_sums()


async def test_a_rejected_claim_frees_its_slot_and_its_unit(claiming: Claiming, moving: Moving, issuer: Issuer) -> None:
    offer_id = await claiming.offer(approval="MANUAL", stockTotal=1, pointsBudget=100)
    (request_id,) = await moving.asked(offer_id, "us1")
    assert (await claiming.claim(offer_id, "us2"))["__typename"] == "OutOfStock"
    await moving.decide([request_id], "REJECT")
    seen = await moving.request(request_id, issuer.token("us1"))
    assert (seen["status"], seen["reason"], seen["decidedBy"]) == ("REJECTED", "not this time", None)
    assert [step["actor"] for step in seen["history"]] == [None, None]
    assert (await claiming.claim(offer_id, "us1", "again"))["__typename"] == "ClaimRewardSuccess"
    await claiming.check_sums()


async def test_a_reservation_ends_at_its_instant_for_readers_and_for_claims(
    claiming: Claiming, moving: Moving, stores: Stores
) -> None:
    offer_id = await claiming.offer(approval="MANUAL", stockTotal=1, reservationSeconds=60)
    (request_id,) = await moving.asked(offer_id, "us1")
    claiming.clock.advance(seconds=60, milliseconds=-1)
    assert (await moving.request(request_id))["status"] == "PENDING"
    assert (await claiming.claim(offer_id, "us1", "again"))["__typename"] == "LimitReached"
    assert (await claiming.claim(offer_id, "us2"))["__typename"] == "OutOfStock"
    assert await release_all_due(stores) == 0
    claiming.clock.advance(milliseconds=1)
    before = await moving.request(request_id)
    assert before["status"] == "EXPIRED"
    assert (await moving.decide([request_id]))["failures"][0]["error"]["status"] == "EXPIRED"
    assert (await moving.cancel(request_id, "us1"))["status"] == "EXPIRED"
    assert await moving.stock(offer_id) == (0, 1, 0)
    assert (await claiming.claim(offer_id, "us2"))["__typename"] == "ClaimRewardSuccess"
    assert await moving.request(request_id) == before
    await claiming.check_sums()


async def test_a_user_may_ask_again_from_the_instant_on_without_any_sweep(claiming: Claiming, moving: Moving) -> None:
    offer_id = await claiming.offer(approval="MANUAL", reservationSeconds=60)
    await moving.asked(offer_id, "us1")
    claiming.clock.advance(seconds=60)
    assert (await claiming.claim(offer_id, "us1", "again"))["__typename"] == "ClaimRewardSuccess"
    await claiming.check_sums()


async def test_two_sweeps_at_once_release_each_reservation_once(
    claiming: Claiming, moving: Moving, stores: Stores, mongo: Mongo
) -> None:
    offers = [await claiming.offer(approval="MANUAL", stockTotal=40, reservationSeconds=60) for _ in range(2)]
    for offer_id in offers:
        await moving.asked(offer_id, *(f"us{n}" for n in range(40)))
    claiming.clock.advance(seconds=61)
    other = Stores.over(mongo, claiming.clock)
    released = await asyncio.gather(release_all_due(stores), release_all_due(other))
    assert sum(released) == 80
    assert await release_all_due(stores) == 0
    assert [await moving.stock(offer_id) for offer_id in offers] == [(40, 0, 0)] * 2
    await claiming.check_sums()


async def test_lists_by_status_tell_of_expiry_at_its_instant(
    claiming: Claiming, moving: Moving, issuer: Issuer
) -> None:
    offer_id = await claiming.offer(approval="MANUAL", reservationSeconds=60)
    await moving.asked(offer_id, "us1")
    query = """query Q($s: [RequestStatus!]) { _entities(representations: [{ __typename: "User", id: "us1" }]) {
      ... on User { rewardRequests(filter: { statuses: $s }) { totalCount edges { node { status } } } } } }"""

    async def found(*statuses: str) -> list[str]:
        answer = await claiming.rewards.graphql(query, {"s": list(statuses)}, token=issuer.token("us1"))
        page = answer.data["_entities"][0]["rewardRequests"]
        assert page["totalCount"] == len(page["edges"])
        return [edge["node"]["status"] for edge in page["edges"]]

    assert (await found("PENDING"), await found("EXPIRED")) == (["PENDING"], [])
    claiming.clock.advance(seconds=60)
    assert (await found("PENDING"), await found("EXPIRED")) == ([], ["EXPIRED"])
    assert await found("PENDING", "EXPIRED", "FULFILLED") == ["EXPIRED"]


async def test_one_cancels_one_s_own_request_while_it_waits_and_nobody_else_s(
    claiming: Claiming, moving: Moving
) -> None:
    offer_id = await claiming.offer(approval="MANUAL", stockTotal=1)
    (request_id,) = await moving.asked(offer_id, "us1")
    assert (await moving.cancel(request_id, "us2"))["code"] == "NOT_FOUND"
    assert (await moving.cancel("us1.nothing", "us1"))["code"] == "NOT_FOUND"
    assert (await moving.request(request_id))["status"] == "PENDING"
    assert (await moving.cancel(request_id, "us1"))["request"]["status"] == "CANCELLED"
    assert (await moving.cancel(request_id, "us1"))["status"] == "CANCELLED"
    assert await moving.stock(offer_id) == (1, 0, 0)
    await claiming.check_sums()


@pytest.mark.parametrize("kind", ["points", "badge", "coupon"])
async def test_a_reversal_takes_back_what_was_given(
    claiming: Claiming, moving: Moving, mongo: Mongo, kind: str
) -> None:
    offer_id = await offer_of(claiming, kind, codes=1, stockTotal=5)
    (request_id,) = await moving.asked(offer_id, "us1")
    first = await moving.reverse(request_id, key="k")
    assert (first["request"]["status"], first["request"]["reason"]) == ("REVERSED", "by mistake")
    assert await moving.reverse(request_id, key="k") == first
    assert (await moving.reverse(request_id, key="k", reason="another"))["code"] == "IDEMPOTENCY_CONFLICT"
    assert (await moving.reverse(request_id))["status"] == "REVERSED"
    # A coupon's code is gone for good, and its unit with it. The slot stays taken.
    assert await moving.stock(offer_id) == ((4, 0, 1) if kind == "coupon" else (5, 0, 0))
    assert (await claiming.claim(offer_id, "us1", "again"))["__typename"] == "LimitReached"
    await claiming.check_sums()


async def test_points_that_are_spent_are_not_taken_back_unless_the_wallet_may_owe(
    claiming: Claiming, moving: Moving, start_rewards: Any
) -> None:
    (request_id,) = await moving.asked(await claiming.offer(), "us1")
    await moving.spend("us1", 30)
    refused = await moving.reverse(request_id)
    assert (refused["__typename"], refused["shortBy"]) == ("InsufficientPoints", 30)
    assert (await moving.request(request_id))["status"] == "FULFILLED"
    await claiming.check_sums()
    lenient = await start_rewards(allow_negative_wallet=True)
    assert (await moving.reverse(request_id, at=lenient))["request"]["status"] == "REVERSED"
    assert await moving.balances("us1") == [-30]
    # What comes in later pays the debt first, so that it cannot lapse twice.
    (_,) = await moving.asked(await claiming.offer(await claiming.reward(50, expireAfterDays=1)), "us1")
    assert await moving.balances("us1") == [20]
    claiming.clock.advance(days=1)
    assert await moving.balances("us1") == [0]
    await claiming.check_sums()


async def test_what_has_lapsed_of_a_grant_is_not_taken_back_again(claiming: Claiming, moving: Moving) -> None:
    (lapsing,) = await moving.asked(await claiming.offer(await claiming.reward(50, expireAfterDays=1)), "us1")
    await moving.asked(await claiming.offer(), "us1")
    await moving.spend("us1", 20)
    claiming.clock.advance(days=1)
    assert await moving.balances("us1") == [100]
    assert (await moving.reverse(lapsing))["request"]["status"] == "REVERSED"
    # Of its fifty points twenty were spent and thirty have lapsed.
    assert await moving.balances("us1") == [80]
    await claiming.check_sums()


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "APPROVED"])
async def test_a_request_that_brought_nothing_yet_is_not_reversed(
    claiming: Claiming, moving: Moving, status: str
) -> None:
    kind = "item" if status == "APPROVED" else "points"
    offer_id = await offer_of(claiming, kind, approval="MANUAL", stockTotal=1)
    (request_id,) = await moving.asked(offer_id, "us1")
    if status != "PENDING":
        await moving.decide([request_id], "APPROVE" if status == "APPROVED" else "REJECT")
    assert (await moving.reverse(request_id))["status"] == status
    assert (await moving.retry(request_id))["status"] == status
    assert (await moving.reverse("us1.nothing"))["code"] == "NOT_FOUND"
    assert (await moving.retry("us1.nothing"))["code"] == "NOT_FOUND"
    assert [v["path"] for v in (await moving.reverse(request_id, reason=" "))["violations"]] == [["input", "reason"]]
    assert (await moving.request(request_id))["status"] == status
    await claiming.check_sums()


async def test_who_claims_too_often_is_told_to_wait(claiming: Claiming, start_rewards: Any, mongo: Mongo) -> None:
    strict = await start_rewards(claim_limit="2/60")
    offer_id = await claiming.offer(perUser={"count": 9, "period": "EVER"})
    user = f"us-{mongo.write.name}"
    kinds = [(await claiming.claim(offer_id, user, f"tap{n}", at=strict))["__typename"] for n in range(3)]
    assert kinds == ["ClaimRewardSuccess", "ClaimRewardSuccess", "RateLimited"]
    assert await mongo.write["requests"].count_documents({}) == 2
    claiming.clock.advance(seconds=30)
    assert (await claiming.claim(offer_id, user, "tap2", at=strict))["__typename"] == "ClaimRewardSuccess"


async def test_due_requests_and_deliveries_are_found_through_indexes(
    claiming: Claiming, moving: Moving, mongo: Mongo
) -> None:
    await moving.asked(await claiming.offer(approval="MANUAL"), "us1")
    now = claiming.clock.now() + timedelta(days=99)
    queries: list[tuple[str, dict[str, Any], str]] = [
        ("requests", {"status": "PENDING", "expiresAt": {"$lte": now}}, "expiresAt"),
        ("requests", {"status": "PENDING", "expiresAt": {"$lte": now}, "offerId": "x"}, "expiresAt"),
        ("requests", {"delivering": True, "deliverAt": {"$lte": now}}, "deliverAt"),
        ("lots", {"remaining": {"$gt": 0}, "expiresAt": {"$lte": now}}, "expiresAt"),
        ("lots", {"userId": "us1", "remaining": {"$gt": 0}, "expiresAt": {"$gt": now}}, "expiresAt"),
    ]
    for name, query, order in queries:
        plan = str((await mongo.write[name].find(query).sort(order, 1).explain())["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan, query
        assert "COLLSCAN" not in plan
        assert "'SORT'" not in plan


async def test_an_account_that_is_not_there_gets_no_points(
    moving: Moving, users_service: UsersService, mongo: Mongo
) -> None:
    users_service.unknown = {"us9"}
    assert (await moving.adjust("us9", 5))["code"] == "NOT_FOUND"
    assert (await moving.spend("us9", 5))["code"] == "NOT_FOUND"
    assert await mongo.write["ledger"].count_documents({}) == 0
