"""Twenty thousand codes drawn by sixty-four claimers at two processes: none twice, none lost, none seen by anybody else."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, Final

import pytest

from subgraphs.rewards.operations.reconcile import reconcile
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.graph import operation
from tests.rewards.claiming import Claiming
from tests.rewards.test_coupon_codes import add

CODES: Final = 20_000
CLAIMERS: Final = 64
USERS: Final = 400
CLAIM = """mutation C($offer: ID!, $key: String!) { claimReward(input: { offerId: $offer }, idempotencyKey: $key) {
  __typename ... on ClaimRewardSuccess { request { id grant { ... on CouponGrant { code } } } } } }"""
REQUESTS = """query R($of: [_Any!]!) { _entities(representations: $of) { ... on RewardRequest {
  id grant { __typename ... on CouponGrant { code } } } } }"""
LIST = """query L($user: ID!) { rewardRequests(filter: {userId: $user}, first: 100) {
    edges { node { id grant { ... on CouponGrant { code } } } } }
  _entities(representations: [{__typename: "User", id: $user}]) { ... on User {
    rewardRequests(first: 100) { edges { node { grant { ... on CouponGrant { code } } } } } } } }"""
TRAIL = "query T($id: ID!) { rewardAudit(subjectId: $id, first: 100) { edges { node { action before after } } } }"


# Three minutes on two cores; the limit is for a busy machine.
@pytest.mark.timeout(900)
async def test_twenty_thousand_codes_go_to_one_request_each_and_are_seen_by_its_user_alone(
    claiming: Claiming, start_rewards: Callable[..., Any], mongo: Mongo
) -> None:
    processes = [await start_rewards(claim_limit="100000/60", claim_seconds=60) for _ in range(2)]
    coupon = await claiming.reward(kind="coupon")
    for number in range(CODES // 10_000):
        assert (await add(claiming, coupon, f"k{number}", generate={"count": 10_000}))["added"] == 10_000
    offers = [await claiming.offer(coupon, perUser={"count": 1000, "period": "EVER"}) for _ in range(4)]
    waiting = list(range(CODES))
    held: dict[str, tuple[str, str]] = {}

    async def claimer(number: int) -> None:
        # Each process has offers of its own; the pool is everybody's.
        process, offer_id = processes[number % 2], offers[number % 4]
        while waiting:
            claim = waiting.pop()
            user = f"us{claim % USERS}"
            variables = {"offer": offer_id, "key": f"{claim}"}
            answer = await process.graphql(CLAIM, variables, token=claiming.issuer.token(user))
            request = answer.data["claimReward"]["request"]
            assert request["id"] not in held
            held[request["id"]] = (user, request["grant"]["code"])

    await asyncio.gather(*(claimer(number) for number in range(CLAIMERS)))
    pool = {row["code"]: row async for row in mongo.write["codes"].find({})}
    assert len(held) == len({code for _, code in held.values()}) == len(pool) == CODES
    assert {code: (row["requestId"], row["userId"]) for code, row in pool.items()} == {
        code: (request_id, user) for request_id, (user, code) in held.items()
    }
    late = await processes[0].graphql(CLAIM, {"offer": offers[0], "key": "late"}, token=claiming.issuer.token("us0"))
    assert late.data["claimReward"] == {"__typename": "OutOfStock"}
    assert (await reconcile(mongo)).samples == []
    await seen_by_its_user_alone(claiming, mongo, held)


async def seen_by_its_user_alone(claiming: Claiming, mongo: Mongo, held: dict[str, tuple[str, str]]) -> None:
    mine = {request_id: code for request_id, (user, code) in held.items() if user == "us1"}
    of = [{"__typename": "RewardRequest", "id": request_id} for request_id in [*mine, *list(held)[:50]]]
    codes = {code for _, code in held.values()}
    owner, other = claiming.issuer.token("us1"), claiming.issuer.token("stranger")
    own = (await claiming.rewards.graphql(REQUESTS, {"of": of[: len(mine)]}, token=owner)).data["_entities"]
    assert {entity["id"]: entity["grant"]["code"] for entity in own} == mine
    assert (await claiming.rewards.graphql(REQUESTS, {"of": of}, token=other)).data["_entities"] == [None] * len(of)
    staff = [claiming.issuer.token("kr-staff", role) for role in ("OPERATOR", "AUDITOR", "ADMIN")]
    answers = [await claiming.rewards.graphql(REQUESTS, {"of": of}, token=token) for token in staff]
    answers += [await claiming.rewards.graphql(LIST, {"user": "us1"}, token=token) for token in staff]
    answers += [
        await claiming.rewards.graphql(TRAIL, {"id": request_id}, token=staff[2]) for request_id in [*mine][:20]
    ]
    assert all(answer.data for answer in answers)
    service = await claiming.rewards.graphql(REQUESTS, {"of": of}, token=claiming.issuer.service_token())
    answers.append(service)
    assert codes.isdisjoint(words(answer.body for answer in answers))
    kept = [[row async for row in mongo.write[name].find({})] for name in ("audit", "outbox", "idempotency", "ledger")]
    assert codes.isdisjoint(words(kept))
    text = operation("web/RequestsTable").replace("displayName", "").replace("event { id name }", "event { id }")
    table = await claiming.rewards.graphql(text, {"first": 100}, token=staff[0])
    grants = [edge["node"]["grant"] for edge in table.data["rewardRequests"]["edges"]]
    assert grants == [{"__typename": "CouponGrant", "code": None}] * 100


def words(values: Any) -> set[str]:
    """Every word of letters and digits in them: a code is one."""
    return set(re.findall(r"[0-9A-Za-z]+", json.dumps(list(values), default=str)))
