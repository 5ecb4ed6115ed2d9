"""Claims, as every answer that they can get."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.rewards.machine.world import USERS, Run, names, user_numbers


class ClaimRules(Run):
    """Claims of one, of all, with a known key, and in vain."""

    @rule(number=user_numbers, name=names)
    def claim(self, number: int, name: str) -> None:
        self.claim_one(number, name)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), name=names)
    def claim_again_with_a_known_key(self, data: st.DataObject, name: str) -> None:
        self.pass_time()
        (user, key), request_id = data.draw(st.sampled_from(sorted(self.plain.keys.items())))
        request = self.plain.requests[request_id]
        expected = "ClaimRewardSuccess" if request.offer == name else "IdempotencyConflict"
        answer = self.claim_with(user, name, key, expected)
        if expected == "ClaimRewardSuccess":
            assert (answer["isReplay"], answer["request"]["id"]) == (True, request_id)
            assert answer["request"]["status"] == request.status

    @rule(number=user_numbers)
    def claim_in_vain(self, number: int) -> None:
        self.pass_time()
        user, key, world = self.users[number], f"tap{next(self.taps)}", self.world
        assert world.events.event is not None
        self.claim_with(user, "coupon", "", "ValidationFailed")
        for status, expected in (("DRAFT", "NotFound"), ("SCHEDULED", "EventNotOpen"), ("PAUSED", "EventNotOpen")):
            world.events.event["status"] = status
            self.claim_with(user, "coupon", key, expected)
        world.events.event["status"] = "ACTIVE"
        world.events.unsatisfied.add(user)
        self.claim_with(user, "coupon", key, "ConditionsNotMet")
        world.events.unsatisfied.clear()
        world.events.failure = "errors"
        self.claim_with(user, "coupon", key, "TryAgain")
        world.events.failure = None
        for expected in ("NotFound", "RateLimited"):
            answer = world.do(world.claiming.claim(self.ids["off"], f"{user}{key}", key, at=world.strict))
            self.met("ClaimRewardResult", answer, expected)

    @rule(name=names)
    def all_claim(self, name: str) -> None:
        for number in (*range(USERS), *range(USERS)):
            self.claim_one(number, name)
