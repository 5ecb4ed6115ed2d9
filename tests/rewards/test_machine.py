"""Claims, decisions, cancels, deliveries, reversals, spends and the passing of time, in any order, against a plain model.

Over the whole run every member of every union of these mutations is met, and every status of a request.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from graphql import GraphQLUnionType, build_ast_schema, parse
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from subgraphs.rewards.delivery import Answer, Order
from subgraphs.rewards.operations.deliver_items import Tries, deliver_all_due
from subgraphs.rewards.operations.expire_points import expire_all_lapsed
from subgraphs.rewards.operations.reconcile import reconcile
from subgraphs.rewards.operations.release_reservations import release_all_due
from subgraphs.rewards.operations.tools import Stores
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.client import InProcess
from tests.rewards.claiming import Claiming
from tests.rewards.events_service import EventsService
from tests.rewards.moving import Moving
from tests.rewards.plain_model import Plain, PlainOffer
from tests.rewards.test_coupon_codes import add
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
UPDATE = """mutation U($id: ID!) { updateOffer(input: {id: $id, expectedVersion: 1, enabled: false}) { __typename } }"""
USERS = 3
STEPS_A_RUN, RUNS = 50, 30
OFFERS: dict[str, PlainOffer] = {
    "lapsing": PlainOffer("points", False, 2, True, stock=4, points=100, lapse_days=2),
    "budgeted": PlainOffer("points", False, 3, False, points=100, budget=250),
    "decided": PlainOffer("points", True, 1, False, stock=2, points=50, reservation_seconds=7200),
    "coupon": PlainOffer("coupon", False, 2, False, codes=3),
    "thing": PlainOffer("item", False, 1, True, stock=2),
    "badge": PlainOffer("badge", True, 2, True, stock=3, reservation_seconds=86_400),
    "off": PlainOffer("points", False, 1, False, points=1, is_enabled=False),
}
user_numbers, names = st.integers(0, USERS - 1), st.sampled_from(sorted(OFFERS))


class World:
    """What all runs share: the processes, the loop that they live in, and what was met."""

    def __init__(self, claiming: Claiming, strict: InProcess, events: EventsService, users: UsersService) -> None:
        self.claiming, self.strict, self.events, self.users = claiming, strict, events, users
        self.moving = Moving(claiming)
        self.stores = Stores.over(claiming.mongo, claiming.clock)
        self.loop = asyncio.get_running_loop()
        self.met: Counter[tuple[str, str]] = Counter()
        self.steps = 0
        self.runs = itertools.count()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)


class Shop:
    """Takes or refuses whatever it is sent."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def deliver(self, order: Order) -> Answer:
        return self._answer


class Machine(RuleBasedStateMachine):
    """One run, with offers and users of its own."""

    world: ClassVar[World]

    @initialize()
    def make(self) -> None:
        self.name = f"kr{next(self.world.runs):04}"
        self.users = [f"{self.name}u{number}" for number in range(USERS)]
        self.plain = Plain({name: PlainOffer(**vars(offer)) for name, offer in OFFERS.items()})
        self.ids = {name: self.world.do(self._offer(name)) for name in OFFERS}
        self.taps = itertools.count()
        self.asked: list[str] = []

    async def _offer(self, name: str) -> str:
        claiming, offer = self.world.claiming, OFFERS[name]
        worth = {"expireAfterDays": offer.lapse_days} if offer.kind == "points" else {}
        reward_id = await claiming.reward(offer.points, kind=offer.kind, **worth)
        if offer.codes:
            await add(claiming, reward_id, reward_id, generate={"count": offer.codes})
        offer_id = await claiming.offer(
            reward_id,
            # An event has fifty offers at most.
            eventId=f"ev{self.name}",
            approval="MANUAL" if offer.is_manual else "AUTOMATIC",
            perUser={"count": offer.limit, "period": "DAY" if offer.by_day else "EVER"},
            stockTotal=offer.stock,
            pointsBudget=offer.budget,
            reservationSeconds=offer.reservation_seconds,
        )
        if not offer.is_enabled:
            await claiming.rewards.graphql(UPDATE, {"id": offer_id}, token=claiming.operator)
        return offer_id

    def _met(self, mutation: str, answer: dict[str, Any], expected: str) -> dict[str, Any]:
        self.world.steps += 1
        self.world.met.update(("statuses", request.status) for request in self.plain.requests.values())
        self.world.met[mutation, answer["__typename"]] += 1
        assert answer["__typename"] == expected, (mutation, answer, expected)
        return answer

    @property
    def _now(self) -> Any:
        return self.world.claiming.clock.now()

    def _pass(self) -> None:
        self.plain.pass_time(self._now)

    def _claim(self, user: str, name: str, key: str, expected: str) -> dict[str, Any]:
        answer = self.world.do(self.world.claiming.claim(self.ids[name], user, key))
        return self._met("ClaimRewardResult", answer, expected)

    @rule(number=user_numbers, name=names)
    def claim(self, number: int, name: str) -> None:
        self.claim_one(number, name)

    def claim_one(self, number: int, name: str) -> None:
        self._pass()
        user, key = self.users[number], f"tap{next(self.taps)}"
        refusal = "NotFound" if not self.plain.offers[name].is_enabled else self.plain.refusal(user, name, self._now)
        answer = self._claim(user, name, key, refusal or "ClaimRewardSuccess")
        if refusal is None:
            request_id = answer["request"]["id"]
            assert not answer["isReplay"]
            self.asked.append(request_id)
            self.plain.claim(user, name, key, request_id, self._now)
            assert answer["request"]["status"] == self.plain.requests[request_id].status

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), name=names)
    def claim_again_with_a_known_key(self, data: st.DataObject, name: str) -> None:
        self._pass()
        (user, key), request_id = data.draw(st.sampled_from(sorted(self.plain.keys.items())))
        request = self.plain.requests[request_id]
        expected = "ClaimRewardSuccess" if request.offer == name else "IdempotencyConflict"
        answer = self._claim(user, name, key, expected)
        if expected == "ClaimRewardSuccess":
            assert (answer["isReplay"], answer["request"]["id"]) == (True, request_id)
            assert answer["request"]["status"] == request.status

    @rule(number=user_numbers)
    def claim_in_vain(self, number: int) -> None:
        self._pass()
        user, key, world = self.users[number], f"tap{next(self.taps)}", self.world
        assert world.events.event is not None
        self._claim(user, "coupon", "", "ValidationFailed")
        for status, expected in (("DRAFT", "NotFound"), ("SCHEDULED", "EventNotOpen"), ("PAUSED", "EventNotOpen")):
            world.events.event["status"] = status
            self._claim(user, "coupon", key, expected)
        world.events.event["status"] = "ACTIVE"
        world.events.unsatisfied.add(user)
        self._claim(user, "coupon", key, "ConditionsNotMet")
        world.events.unsatisfied.clear()
        world.events.failure = "errors"
        self._claim(user, "coupon", key, "TryAgain")
        world.events.failure = None
        for expected in ("NotFound", "RateLimited"):
            answer = world.do(world.claiming.claim(self.ids["off"], f"{user}{key}", key, at=world.strict))
            self._met("ClaimRewardResult", answer, expected)

    @rule(name=names)
    def all_claim(self, name: str) -> None:
        for number in (*range(USERS), *range(USERS)):
            self.claim_one(number, name)

    @rule(number=user_numbers)
    def a_thing_is_refused_and_ordered_again(self, number: int) -> None:
        self.claim_one(number, "thing")
        self.deliver_all(Answer.REFUSED)
        failed = [request_id for request_id, request in self.plain.requests.items() if request.status == "FAILED"]
        for request_id in failed[:1]:
            self.retry_one(request_id)

    @rule(number=user_numbers)
    def points_are_spent_before_they_are_taken_back(self, number: int) -> None:
        self.claim_one(number, "lapsing")
        user = self.users[number]
        balance = self.plain.balance(user)
        if balance:
            self.take(user, balance, by_service=True)
        for request_id, request in list(self.plain.requests.items()):
            if (request.user, request.status, request.offer) == (user, "FULFILLED", "lapsing"):
                self.reverse_one(request_id)
                break

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), approve=st.booleans(), whole=st.booleans())
    def decide(self, data: st.DataObject, approve: bool, whole: bool) -> None:
        self.decide_these(
            data.draw(st.lists(st.sampled_from(self.asked), min_size=1, max_size=4, unique=True)), approve, whole
        )

    @rule(number=user_numbers, name=st.sampled_from(["decided", "badge"]), approve=st.booleans())
    def ask_and_decide(self, number: int, name: str, approve: bool) -> None:
        self.claim_one(number, name)
        pending = [request_id for request_id, request in self.plain.requests.items() if request.status == "PENDING"]
        if pending:
            self.decide_these(pending[:2], approve, whole=True)

    def decide_these(self, ids: list[str], approve: bool, whole: bool) -> None:
        self._pass()
        bad = [index for index, request_id in enumerate(ids) if self.plain.requests[request_id].status != "PENDING"]
        decision, atomicity = "APPROVE" if approve else "REJECT", "ALL_OR_NOTHING" if whole else "SKIP_FAILED"
        answer = self.world.do(self.world.moving.decide(ids, decision, atomicity=atomicity))
        if whole and bad:
            self._met("DecideRequestsResult", answer, "ValidationFailed")
            return
        self._met("DecideRequestsResult", answer, "DecideRequestsSuccess")
        assert [failure["index"] for failure in answer["failures"]] == bad
        for index, request_id in enumerate(ids):
            if index not in bad and approve:
                self.plain.give(request_id, self._now)
            elif index not in bad:
                self.plain.requests[request_id].status = "REJECTED"
        shown = [
            None if index in bad else self.plain.requests[request_id].status for index, request_id in enumerate(ids)
        ]
        assert [request and request["status"] for request in answer["requests"]] == shown

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), stranger=st.booleans())
    def cancel(self, data: st.DataObject, stranger: bool) -> None:
        self.cancel_one(data.draw(st.sampled_from(self.asked)), stranger)

    @rule(number=user_numbers, name=st.sampled_from(["decided", "badge"]))
    def ask_and_cancel(self, number: int, name: str) -> None:
        self.claim_one(number, name)
        for request_id in [i for i, request in self.plain.requests.items() if request.status == "PENDING"][:1]:
            self.cancel_one(request_id, stranger=False)

    def cancel_one(self, request_id: str, stranger: bool) -> None:
        self._pass()
        request = self.plain.requests[request_id]
        user = f"{self.name}stranger" if stranger else request.user
        fits = "RequestSuccess" if request.status == "PENDING" else "IllegalStep"
        answer = self.world.do(self.world.moving.cancel(request_id, user))
        self._met("CancelRequestResult", answer, "NotFound" if stranger else fits)
        if answer["__typename"] == "RequestSuccess":
            request.status = "CANCELLED"

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        self.reverse_one(data.draw(st.sampled_from(self.asked)))

    def reverse_one(self, request_id: str) -> None:
        self._pass()
        request = self.plain.requests[request_id]
        is_allowed = request.status in ("FULFILLED", "FAILED") and not request.is_under_way
        is_points = self.plain.offers[request.offer].kind == "points"
        wanted = self.plain.reversal(request_id) if is_allowed and is_points else 0
        short_by = max(0, wanted - self.plain.balance(request.user))
        expected = ("InsufficientPoints" if short_by else "RequestSuccess") if is_allowed else "IllegalStep"
        answer = self.world.do(self.world.moving.reverse(request_id))
        self._met("ReverseRequestResult", answer, expected)
        if expected == "InsufficientPoints":
            assert answer["shortBy"] == short_by
        elif expected == "RequestSuccess":
            self.plain.take(request.user, wanted)
            request.status = "REVERSED"

    @rule(answer=st.sampled_from([Answer.TAKEN, Answer.REFUSED]))
    def deliver(self, answer: Answer) -> None:
        self.deliver_all(answer)

    def deliver_all(self, answer: Answer) -> None:
        self._pass()
        self.world.do(deliver_all_due(self.world.stores, Shop(answer), Tries(most=1, lease_seconds=30)))
        for request in self.plain.requests.values():
            if request.is_under_way:
                request.is_under_way = False
                request.status = "FULFILLED" if answer is Answer.TAKEN else "FAILED"

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        self.retry_one(data.draw(st.sampled_from(self.asked)))

    def retry_one(self, request_id: str) -> None:
        self._pass()
        request = self.plain.requests[request_id]
        expected = "RequestSuccess" if request.status == "FAILED" else "IllegalStep"
        self._met("RetryDeliveryResult", self.world.do(self.world.moving.retry(request_id)), expected)
        request.is_under_way = request.is_under_way or request.status == "FAILED"

    @rule(number=user_numbers, points=st.integers(0, 180), by_service=st.booleans())
    def take_points(self, number: int, points: int, by_service: bool) -> None:
        self.take(self.users[number], points, by_service=by_service)

    def take(self, user: str, points: int, *, by_service: bool) -> None:
        self._pass()
        moving = self.world.moving
        short_by = max(0, points - self.plain.balance(user))
        expected = "InsufficientPoints" if short_by else "WalletSuccess"
        call = moving.spend(user, points) if by_service else moving.adjust(user, -points)
        name = "SpendPointsResult" if by_service else "AdjustPointsResult"
        answer = self._met(name, self.world.do(call), expected if points else "ValidationFailed")
        if answer["__typename"] == "InsufficientPoints":
            assert answer["shortBy"] == short_by
        elif answer["__typename"] == "WalletSuccess":
            self.plain.take(user, points)

    @rule()
    def call_wrongly(self) -> None:
        self._pass()
        moving, do, met = self.world.moving, self.world.do, self._met
        user, nobody, key = f"{self.name}odd", f"{self.name}nobody", f"{self.name}{next(self.taps)}"
        self.world.users.unknown.add(nobody)
        met("SpendPointsResult", do(moving.spend(nobody, 1)), "NotFound")
        met("AdjustPointsResult", do(moving.adjust(nobody, 1)), "NotFound")
        self.world.users.unknown.clear()
        met("SpendPointsResult", do(moving.spend(user, 0)), "ValidationFailed")
        met("AdjustPointsResult", do(moving.adjust(user, 0)), "ValidationFailed")
        met("ReverseRequestResult", do(moving.reverse(f"{user}.none")), "NotFound")
        met("ReverseRequestResult", do(moving.reverse(f"{user}.none", reason="")), "ValidationFailed")
        met("RetryDeliveryResult", do(moving.retry(f"{user}.none")), "NotFound")
        met("DecideRequestsResult", do(moving.decide([f"{user}.none"], key=key)), "DecideRequestsSuccess")
        met("DecideRequestsResult", do(moving.decide([f"{user}.other"], key=key)), "IdempotencyConflict")
        met("AdjustPointsResult", do(moving.adjust(user, 7, key=f"a{key}")), "WalletSuccess")
        met("AdjustPointsResult", do(moving.adjust(user, 8, key=f"a{key}")), "IdempotencyConflict")
        met("SpendPointsResult", do(moving.spend(user, 3, key=f"s{key}")), "WalletSuccess")
        met("SpendPointsResult", do(moving.spend(user, 4, key=f"s{key}")), "IdempotencyConflict")

    @precondition(
        lambda self: any(r.status == "FULFILLED" and r.offer == "coupon" for r in self.plain.requests.values())
    )
    @rule()
    def reverse_two_with_one_key(self) -> None:
        self._pass()
        coupons = [i for i, r in self.plain.requests.items() if r.status == "FULFILLED" and r.offer == "coupon"]
        moving, do, key = self.world.moving, self.world.do, f"r{self.name}{next(self.taps)}"
        self._met("ReverseRequestResult", do(moving.reverse(coupons[0], key=key)), "RequestSuccess")
        self.plain.requests[coupons[0]].status = "REVERSED"
        self._met(
            "ReverseRequestResult", do(moving.reverse(coupons[0], key=key, reason="other")), "IdempotencyConflict"
        )

    @rule(minutes=st.sampled_from([1, 45, 130, 700, 1500, 3000]))
    def wait(self, minutes: int) -> None:
        self.world.claiming.clock.instant += timedelta(minutes=minutes)
        self._pass()

    @rule()
    def sweep(self) -> None:
        self._pass()
        self.world.do(release_all_due(self.world.stores))
        self.world.do(expire_all_lapsed(self.world.stores))

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
