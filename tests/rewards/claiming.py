"""Offers, claims, and the sums that must hold after any of them."""

import asyncio
import secrets
from typing import Any

from subgraphs.rewards.operations.reconcile import reconcile
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer
from tests.rewards.invariants import check_sums

CREATE_REWARD = """mutation R($input: CreateRewardInput!, $key: String!) {
  createReward(input: $input, idempotencyKey: $key) { __typename
    ... on RewardSuccess { reward { id ... on PointReward { points } } }
    ... on ValidationFailed { violations { path code } } ... on Error { code } } }"""
CREATE_OFFER = """mutation O($input: CreateOfferInput!, $key: String!) {
  createOffer(input: $input, idempotencyKey: $key) { __typename
    ... on OfferSuccess { offer { id position stock { total remaining } budget { limit remaining } } }
    ... on NotFound { id } ... on ValidationFailed { violations { path code } } ... on Error { code } } }"""
CLAIM = """mutation C($offer: ID!, $key: String!) {
  claimReward(input: { offerId: $offer }, idempotencyKey: $key) { __typename
    ... on ClaimRewardSuccess { isReplay request { id status createdAt grant { ... on PointGrant { points expiresAt } } } }
    ... on EventNotOpen { opensAt closedAt }
    ... on ConditionsNotMet { unmetConditionIds event { id } }
    ... on LimitReached { limit period resetsAt lastRequest { id } }
    ... on TryAgain { retryAt } ... on Error { code } } }"""


class Claiming:
    """Works on one rewards process and its database."""

    def __init__(self, rewards: InProcess, mongo: Mongo, issuer: Issuer, clock: FrozenClock) -> None:
        self.rewards = rewards
        self.mongo = mongo
        self.issuer = issuer
        self.clock = clock
        self.operator = issuer.token("kr-operator", "OPERATOR")

    async def reward(self, points: int = 100, *, kind: str = "points", **changes: Any) -> str:
        """A reward's id: points unless said."""
        worths: dict[str, dict[str, Any]] = {"points": {"points": points}, "item": {"sku": "sword"}}
        wanted = {kind: {"name": "Prize", **worths.get(kind, {}), **changes}}
        variables = {"input": wanted, "key": secrets.token_hex(8)}
        answer = await self.rewards.graphql(CREATE_REWARD, variables, token=self.operator)
        reward_id: str = answer.data["createReward"]["reward"]["id"]
        return reward_id

    async def offer(self, reward_id: str | None = None, **changes: Any) -> str:
        """An offer's id."""
        wanted = {"eventId": "ev1", "rewardId": reward_id or await self.reward(), **changes}
        variables = {"input": wanted, "key": secrets.token_hex(8)}
        answer = await self.rewards.graphql(CREATE_OFFER, variables, token=self.operator)
        offer_id: str = answer.data["createOffer"]["offer"]["id"]
        return offer_id

    async def claim(
        self, offer_id: str, user_id: str, key: str = "tap", *, at: InProcess | None = None
    ) -> dict[str, Any]:
        """What a claim comes to, at this process or another."""
        variables = {"offer": offer_id, "key": key}
        answer = await (at or self.rewards).graphql(CLAIM, variables, token=self.issuer.token(user_id))
        found: dict[str, Any] = answer.data["claimReward"]
        return found

    async def claims(self, offer_id: str, claims: list[tuple[str, str]], *at: InProcess) -> list[dict[str, Any]]:
        """What (user, key) claims come to when all are sent at once, spread over the processes."""
        places = at or (self.rewards,)
        return await asyncio.gather(
            *(
                self.claim(offer_id, user, key, at=places[number % len(places)])
                for number, (user, key) in enumerate(claims)
            )
        )

    async def check_sums(self) -> None:
        """Everything adds up, as told by the tests' own sums and by reconciliation."""
        await check_sums(self.mongo)
        findings = await reconcile(self.mongo)
        assert (dict(findings.counts), findings.samples) == ({}, [])
