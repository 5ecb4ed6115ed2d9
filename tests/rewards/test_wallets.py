"""Wallets: lots against a plain model, and the ledger under parallel bookings."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subgraphs.rewards.model.wallet import Head, LedgerEntry, LedgerKind, Lot, OpenWallet, Posting
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.expire_points import expire_all_due
from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.issuer import Issuer
from tests.rewards.claiming import Claiming
from tests.rewards.reward_client import ADJUST, SPEND, Moving
from tests.rewards.users_service import UsersService

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRANSITIONS = st.lists(
    st.one_of(
        st.tuples(st.just("credit"), st.integers(1, 50), st.one_of(st.none(), st.integers(1, 5))),
        st.tuples(st.just("debit"), st.integers(1, 80), st.booleans()),
        st.tuples(st.just("wait"), st.integers(1, 3), st.none()),
    ),
    max_size=30,
)


class Plain:
    """A wallet as one would write it down: each point is a thing of its own with the hour at which it lapses."""

    def __init__(self) -> None:
        self.points: list[float] = []
        self.debt = 0

    def lapse(self, hour: int) -> None:
        self.points = [at for at in self.points if at > hour]

    def credit(self, count: int, lapses: float) -> None:
        paid = min(count, self.debt)
        self.debt -= paid
        self.points = sorted([*self.points, *[lapses] * (count - paid)])

    def debit(self, count: int) -> None:
        self.debt += max(0, count - len(self.points))
        self.points = self.points[count:]


@settings(max_examples=300, deadline=None)
@given(TRANSITIONS)
def test_lots_hold_what_a_plain_model_holds(steps: list[tuple[str, int, Any]]) -> None:
    plain, hour = Plain(), 0
    head, lots = Head(), dict[int, Lot]()
    ledger: list[LedgerEntry] = []
    for kind, size, more in steps:
        if kind == "wait":
            hour += size
            plain.lapse(hour)
            continue
        now = START + timedelta(hours=hour)
        account = OpenWallet("u", head, [lot for lot in lots.values() if lot.remaining], now)
        assert account.balance == len(plain.points) - plain.debt
        if kind == "credit":
            lapses = None if more is None else now + timedelta(hours=more)
            account.credit(Posting(LedgerKind.GRANT, now), size, lapses)
            plain.credit(size, float("inf") if more is None else hour + more)
        elif not account.shortage(size) or more:
            account.debit(Posting(LedgerKind.SPEND, now), size)
            plain.debit(size)
        ledger += account.entries
        lots |= {lot.seq: lot for lot in account.opened} | account.shrunk
        if ledger:
            head = Head(ledger[-1].seq, ledger[-1].balance_after)
        held = sorted(
            float("inf") if lot.expires_at is None else (lot.expires_at - START) / timedelta(hours=1)
            for lot in lots.values()
            for _ in range(lot.remaining)
        )
        assert held == plain.points
        assert head.balance == len(plain.points) - plain.debt
    assert [entry.seq for entry in ledger] == list(range(1, len(ledger) + 1))
    balance = 0
    for entry in ledger:
        balance += entry.points
        assert entry.balance_after == balance
    assert [entry.at for entry in ledger] == sorted(entry.at for entry in ledger)


async def test_points_are_spent_of_those_that_lapse_first(claiming: Claiming, moving: Moving) -> None:
    for points, days in ((10, None), (20, 5), (30, 2)):
        await moving.asked(await claiming.offer(await claiming.reward(points, expireAfterDays=days)), "us1")
    spent = await moving.spend("us1", 35)
    assert (spent["entry"]["kind"], spent["entry"]["points"], spent["wallet"]["balance"]) == ("SPEND", -35, 25)
    assert spent["wallet"]["nextExpiry"] == {"points": 15, "at": "2026-03-07T12:00:00.000Z"}
    claiming.clock.advance(days=5)
    assert (await moving.wallet("us1"))["balance"] == 10
    last = await moving.spend("us1", 10)
    kinds = [(edge["node"]["kind"], edge["node"]["points"]) for edge in last["wallet"]["entries"]["edges"]]
    # What has lapsed is booked before what comes after it.
    assert kinds[:3] == [("SPEND", -10), ("EXPIRE", -15), ("SPEND", -35)]
    await claiming.check_sums()


async def test_a_spend_is_once_for_its_key_and_never_more_than_there_is(
    claiming: Claiming, moving: Moving, mongo: Mongo
) -> None:
    await moving.asked(await claiming.offer(), "us1")
    first = await moving.spend("us1", 60, key="k")
    assert await moving.spend("us1", 60, key="k") == first
    assert (await moving.spend("us1", 61, key="k"))["code"] == "IDEMPOTENCY_CONFLICT"
    short = await moving.spend("us1", 60, key="other")
    assert (short["code"], short["shortBy"]) == ("INSUFFICIENT_POINTS", 20)
    assert await moving.balances("us1") == [40]
    await moving.adjust("us1", 20)
    assert (await moving.spend("us1", 60, key="other"))["entry"]["balanceAfter"] == 0
    actions = [row["action"] async for row in mongo.write[AUDIT.name].find({"subjectId": "us1"}, sort=[("seq", 1)])]
    assert actions == ["wallet.spent", "wallet.adjusted", "wallet.spent"]
    assert await breaches(mongo.write[AUDIT.name], "us1") == []
    await claiming.check_sums()


async def test_an_adjustment_adds_points_that_may_lapse_or_takes_points(claiming: Claiming, moving: Moving) -> None:
    added = await moving.adjust("us1", 50, key="k", expiresAt="2026-03-02T13:00:00.0009Z")
    assert (added["entry"]["expiresAt"], added["entry"]["reason"]) == ("2026-03-02T13:00:00.000Z", "a gift")
    taken = await moving.adjust("us1", -20)
    assert (taken["entry"]["kind"], taken["wallet"]["balance"]) == ("ADJUST", 30)
    assert (await moving.adjust("us1", -31))["shortBy"] == 1
    claiming.clock.advance(hours=2)
    assert await moving.balances("us1") == [0]
    # The call that was made in time is answered as it was, though its points have lapsed by now.
    assert (await moving.adjust("us1", 50, key="k", expiresAt="2026-03-02T13:00:00.0009Z"))["entry"] == added["entry"]
    assert (await moving.adjust("us1", 51, key="k"))["code"] == "IDEMPOTENCY_CONFLICT"
    await claiming.check_sums()


@pytest.mark.parametrize(
    ("points", "changes", "path"),
    [
        (0, {}, "points"),
        (10**13, {}, "points"),
        (5, {"reason": " "}, "reason"),
        (5, {"expiresAt": "2026-03-02T12:00:00Z"}, "expiresAt"),
        (-5, {"expiresAt": "2026-04-02T12:00:00Z"}, "expiresAt"),
    ],
)
async def test_a_bad_adjustment_is_refused_and_books_nothing(
    moving: Moving, mongo: Mongo, points: int, changes: dict[str, Any], path: str
) -> None:
    refused = await moving.adjust("us1", points, **changes)
    assert [violation["path"] for violation in refused["violations"]] == [["input", path]]
    assert await mongo.write["ledger"].count_documents({}) == 0


@pytest.mark.parametrize(("points", "changes"), [(0, {}), (-1, {}), (1, {"reason": ""})])
async def test_a_bad_spend_is_refused_and_books_nothing(moving: Moving, points: int, changes: dict[str, Any]) -> None:
    assert (await moving.spend("us1", points, **changes))["code"] == "VALIDATION_FAILED"
    assert (await moving.spend("us1", 1, key="\n"))["code"] == "VALIDATION_FAILED"
    assert await moving.balances("us1") == [0]


async def test_while_users_is_silent_who_has_points_can_spend_them_and_others_wait(
    claiming: Claiming, moving: Moving, users_service: UsersService, issuer: Issuer
) -> None:
    await moving.asked(await claiming.offer(), "us1")
    users_service.silent = True
    assert (await moving.spend("us1", 10))["wallet"]["balance"] == 90
    wanted = {"userId": "us2", "points": 1, "reason": "a hat"}
    answer = await claiming.rewards.graphql(SPEND, {"input": wanted, "key": "k"}, token=issuer.service_token())
    assert answer.codes == ["UNAVAILABLE"]


@pytest.mark.parametrize("roles", [(), ("OPERATOR",), ("AUDITOR",)])
async def test_only_services_spend_and_only_admins_adjust(
    claiming: Claiming, issuer: Issuer, mongo: Mongo, roles: tuple[str, ...]
) -> None:
    wanted = {"userId": "us1", "points": 1, "reason": "a hat"}
    for query, token in (
        (SPEND, issuer.token("us1", *roles)),
        (ADJUST, issuer.token("us1", *roles)),
        (SPEND, issuer.token("us1", "ADMIN")),
        (ADJUST, issuer.service_token()),
    ):
        answer = await claiming.rewards.graphql(query, {"input": wanted, "key": "k"}, token=token)
        assert answer.codes == ["FORBIDDEN"]
    assert await mongo.write["ledger"].count_documents({}) == 0


@pytest.mark.parametrize("repetition", range(3))
async def test_parallel_bookings_on_one_wallet_chain_and_spend_no_point_twice(
    claiming: Claiming, moving: Moving, repetition: int
) -> None:
    offers = [await claiming.offer(await claiming.reward(10, expireAfterDays=1 + n)) for n in range(5)]
    await moving.adjust("us1", 50)
    answers = await asyncio.gather(
        *(moving.spend("us1", 10) for _ in range(12)),
        *(claiming.claim(offer_id, "us1", offer_id) for offer_id in offers),
    )
    spent = sum(answer["__typename"] == "WalletSuccess" for answer in answers)
    assert 5 <= spent <= 10
    assert await moving.balances("us1") == [100 - 10 * spent]
    await claiming.check_sums()


async def test_two_sweeps_at_once_book_each_lapse_once(
    claiming: Claiming, moving: Moving, stores: Stores, mongo: Mongo
) -> None:
    offer_id = await claiming.offer(await claiming.reward(10, expireAfterDays=1))
    users = [f"us{n}" for n in range(60)]
    await moving.asked(offer_id, *users)
    claiming.clock.advance(days=1, milliseconds=-1)
    assert await expire_all_due(stores) == 0
    claiming.clock.advance(milliseconds=1)
    assert set(await moving.balances(*users)) == {0}
    booked = await asyncio.gather(expire_all_due(stores), expire_all_due(Stores.over(mongo, claiming.clock)))
    assert sum(booked) == 60
    assert await expire_all_due(stores) == 0
    assert set(await moving.balances(*users)) == {0}
    await claiming.check_sums()
