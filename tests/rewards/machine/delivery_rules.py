"""Deliveries, their retries, and reversals."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from subgraphs.rewards.clients.item_delivery import Answer
from subgraphs.rewards.operations.deliver_items import Tries, deliver_all_due
from tests.rewards.machine.wallet_rules import WalletRules
from tests.rewards.machine.world import Shop, user_numbers


class DeliveryRules(WalletRules):
    """What was granted is delivered, or taken back."""

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
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        self.reverse_one(data.draw(st.sampled_from(self.asked)))

    def reverse_one(self, request_id: str) -> None:
        self.pass_time()
        request = self.plain.requests[request_id]
        is_allowed = request.status in ("FULFILLED", "FAILED") and not request.is_under_way
        is_points = self.plain.offers[request.offer].kind == "points"
        wanted = self.plain.reversal(request_id) if is_allowed and is_points else 0
        short_by = max(0, wanted - self.plain.balance(request.user))
        expected = ("InsufficientPoints" if short_by else "RequestSuccess") if is_allowed else "IllegalStep"
        answer = self.world.do(self.world.moving.reverse(request_id))
        self.met("ReverseRequestResult", answer, expected)
        if expected == "InsufficientPoints":
            assert answer["shortBy"] == short_by
        elif expected == "RequestSuccess":
            self.plain.take(request.user, wanted)
            request.status = "REVERSED"

    @precondition(
        lambda self: any(r.status == "FULFILLED" and r.offer == "coupon" for r in self.plain.requests.values())
    )
    @rule()
    def reverse_two_with_one_key(self) -> None:
        self.pass_time()
        coupons = [i for i, r in self.plain.requests.items() if r.status == "FULFILLED" and r.offer == "coupon"]
        moving, do, key = self.world.moving, self.world.do, f"r{self.name}{next(self.taps)}"
        self.met("ReverseRequestResult", do(moving.reverse(coupons[0], key=key)), "RequestSuccess")
        self.plain.requests[coupons[0]].status = "REVERSED"
        self.met("ReverseRequestResult", do(moving.reverse(coupons[0], key=key, reason="other")), "IdempotencyConflict")

    @rule(answer=st.sampled_from([Answer.TAKEN, Answer.REFUSED]))
    def deliver(self, answer: Answer) -> None:
        self.deliver_all(answer)

    def deliver_all(self, answer: Answer) -> None:
        self.pass_time()
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
        self.pass_time()
        request = self.plain.requests[request_id]
        expected = "RequestSuccess" if request.status == "FAILED" else "IllegalStep"
        self.met("RetryDeliveryResult", self.world.do(self.world.moving.retry(request_id)), expected)
        request.is_under_way = request.is_under_way or request.status == "FAILED"
