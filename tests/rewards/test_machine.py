"""Claims, decisions, cancels, deliveries, reversals, spends and the passing of time, in any order, against a plain model.

Over the whole run every member of every union of these mutations is met, and every status of a request.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLUnionType, build_ast_schema, parse
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from subgraphs.rewards.operations.expire_points import expire_all_due
from subgraphs.rewards.operations.reconcile import reconcile
from subgraphs.rewards.operations.release_reservations import release_all_due
from subgraphs.runtime.mongo import Mongo
from tests.rewards.claiming import Claiming
from tests.rewards.events_service import EventsService
from tests.rewards.machine.claim_rules import ClaimRules
from tests.rewards.machine.decision_rules import DecisionRules
from tests.rewards.machine.delivery_rules import DeliveryRules
from tests.rewards.machine.world import World
from tests.rewards.users_service import UsersService

SDL = Path(__file__).parents[2] / "schema" / "rewards.graphql"
RESULTS = {
    "ClaimRewardResult",
    "DecideRequestsResult",
    "CancelRequestResult",
    "ReverseRequestResult",
    "RetryDeliveryResult",
    "AdjustPointsResult",
    "SpendPointsResult",
}
STATUSES = {"PENDING", "APPROVED", "FULFILLED", "REJECTED", "CANCELLED", "EXPIRED", "FAILED", "REVERSED"}
STEPS_A_RUN, RUNS = 50, 30


class Machine(ClaimRules, DecisionRules, DeliveryRules):
    """Everything, and time that passes. At the end the stores hold what the plain model holds."""

    @rule(minutes=st.sampled_from([1, 45, 130, 700, 1500, 3000]))
    def wait(self, minutes: int) -> None:
        self.world.claiming.clock.instant += timedelta(minutes=minutes)
        self.pass_time()

    @rule()
    def sweep(self) -> None:
        self.pass_time()
        self.world.do(release_all_due(self.world.stores))
        self.world.do(expire_all_due(self.world.stores))

    def teardown(self) -> None:
        if not hasattr(self, "plain"):
            return
        moving, do = self.world.moving, self.world.do
        self.sweep()
        for request_id, request in self.plain.requests.items():
            assert do(moving.request(request_id))["status"] == request.status
        assert do(moving.balances(*self.users)) == [self.plain.balance(user) for user in self.users]
        for name, offer in self.plain.offers.items():
            remaining, reserved, issued = do(moving.stock(self.ids[name]))
            assert (reserved, issued) == self.plain.counts(name)
            assert remaining == (None if offer.stock is None else offer.stock - reserved - issued)
        findings = do(reconcile(self.world.claiming.mongo))
        assert (dict(findings.counts), findings.samples) == ({}, [])


@pytest.mark.timeout(900)
async def test_whatever_is_done_in_whatever_order_comes_out_as_in_the_plain_model(
    claiming: Claiming,
    start_rewards: Callable[..., Any],
    events_service: EventsService,
    users_service: UsersService,
    mongo: Mongo,
) -> None:
    strict = await start_rewards(claim_limit="1/60")
    Machine.world = world = World(claiming, strict, events_service, users_service)
    runs = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS_A_RUN,
        derandomize=True,
        database=None,
        deadline=None,
        # To shrink a run of hundreds of calls takes longer than to read it.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, Machine, settings=runs)
    schema = build_ast_schema(parse(SDL.read_text()), assume_valid=True, assume_valid_sdl=True)
    members = {
        (name, member.name)
        for name in RESULTS
        if isinstance(union := schema.type_map[name], GraphQLUnionType)
        for member in union.types
    }
    assert members - set(world.met) == set()
    assert {("statuses", status) for status in STATUSES} - set(world.met) == set()
    assert world.steps >= 1000
    await claiming.check_sums()
