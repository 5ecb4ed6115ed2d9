"""What all runs of the machine share, and what each run begins with: offers and users of its own, and the plain model."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Coroutine
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from subgraphs.rewards.clients.item_delivery import Answer, Order
from subgraphs.rewards.operations.dependencies import Stores
from tests.fixtures.client import InProcess
from tests.rewards.claiming import Claiming
from tests.rewards.events_service import EventsService
from tests.rewards.plain_model import Plain, PlainOffer
from tests.rewards.reward_client import Moving
from tests.rewards.test_coupon_codes import add
from tests.rewards.users_service import UsersService

UPDATE = """mutation U($id: ID!) { updateOffer(input: {id: $id, expectedVersion: 1, enabled: false}) { __typename } }"""
USERS = 3
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


class Run(RuleBasedStateMachine):
    """One run: its offers and users, and what every rule needs."""

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

    def met(self, mutation: str, answer: dict[str, Any], expected: str) -> dict[str, Any]:
        self.world.steps += 1
        self.world.met.update(("statuses", request.status) for request in self.plain.requests.values())
        self.world.met[mutation, answer["__typename"]] += 1
        assert answer["__typename"] == expected, (mutation, answer, expected)
        return answer

    @property
    def now(self) -> Any:
        return self.world.claiming.clock.now()

    def pass_time(self) -> None:
        self.plain.pass_time(self.now)

    def claim_with(self, user: str, name: str, key: str, expected: str) -> dict[str, Any]:
        answer = self.world.do(self.world.claiming.claim(self.ids[name], user, key))
        return self.met("ClaimRewardResult", answer, expected)

    def claim_one(self, number: int, name: str) -> None:
        self.pass_time()
        user, key = self.users[number], f"tap{next(self.taps)}"
        refusal = "NotFound" if not self.plain.offers[name].is_enabled else self.plain.refusal(user, name, self.now)
        answer = self.claim_with(user, name, key, refusal or "ClaimRewardSuccess")
        if refusal is None:
            request_id = answer["request"]["id"]
            assert not answer["isReplay"]
            self.asked.append(request_id)
            self.plain.claim(user, name, key, request_id, self.now)
            assert answer["request"]["status"] == self.plain.requests[request_id].status
