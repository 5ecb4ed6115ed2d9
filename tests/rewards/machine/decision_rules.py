"""Decisions and cancels of requests that wait for them."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.rewards.machine.world import Run, user_numbers


class DecisionRules(Run):
    """Requests of offers with manual approval."""

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
        self.pass_time()
        bad = [index for index, request_id in enumerate(ids) if self.plain.requests[request_id].status != "PENDING"]
        decision, atomicity = "APPROVE" if approve else "REJECT", "ALL_OR_NOTHING" if whole else "SKIP_FAILED"
        answer = self.world.do(self.world.moving.decide(ids, decision, atomicity=atomicity))
        if whole and bad:
            self.met("DecideRequestsResult", answer, "ValidationFailed")
            return
        self.met("DecideRequestsResult", answer, "DecideRequestsSuccess")
        assert [failure["index"] for failure in answer["failures"]] == bad
        for index, request_id in enumerate(ids):
            if index not in bad and approve:
                self.plain.give(request_id, self.now)
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
        self.pass_time()
        request = self.plain.requests[request_id]
        user = f"{self.name}stranger" if stranger else request.user
        fits = "RequestSuccess" if request.status == "PENDING" else "IllegalStep"
        answer = self.world.do(self.world.moving.cancel(request_id, user))
        self.met("CancelRequestResult", answer, "NotFound" if stranger else fits)
        if answer["__typename"] == "RequestSuccess":
            request.status = "CANCELLED"
