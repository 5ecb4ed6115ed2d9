"""Points that are spent and adjusted, and calls that cannot be followed."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.rewards.machine.world import Run, user_numbers


class WalletRules(Run):
    """Bookings on wallets outside of requests."""

    @rule(number=user_numbers, points=st.integers(0, 180), by_service=st.booleans())
    def take_points(self, number: int, points: int, by_service: bool) -> None:
        self.take(self.users[number], points, by_service=by_service)

    def take(self, user: str, points: int, *, by_service: bool) -> None:
        self.pass_time()
        moving = self.world.moving
        short_by = max(0, points - self.plain.balance(user))
        expected = "InsufficientPoints" if short_by else "WalletSuccess"
        call = moving.spend(user, points) if by_service else moving.adjust(user, -points)
        name = "SpendPointsResult" if by_service else "AdjustPointsResult"
        answer = self.met(name, self.world.do(call), expected if points else "ValidationFailed")
        if answer["__typename"] == "InsufficientPoints":
            assert answer["shortBy"] == short_by
        elif answer["__typename"] == "WalletSuccess":
            self.plain.take(user, points)

    @rule()
    def call_wrongly(self) -> None:
        self.pass_time()
        moving, do, met = self.world.moving, self.world.do, self.met
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
