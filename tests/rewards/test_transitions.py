"""The table of steps, cell by cell."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from subgraphs.rewards.model.offer import StockPlace
from subgraphs.rewards.model.request import Delivery, RewardRequest
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.reward import RewardKind
from subgraphs.rewards.model.transitions import (
    LIVE_STATUSES,
    TRANSITIONS,
    TRANSITIONS_BY_KIND,
    Action,
    Fulfilment,
    Slot,
    effect_of,
    stock_place,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
# Status, step: next status, where the unit goes, the slot, what passes. Anything else is not allowed.
TABLE = """
-         claim    FULFILLED  remaining->issued    taken  grant
-         request-approval PENDING    remaining->reserved  taken  nothing
PENDING   approve  FULFILLED  reserved->issued     kept   grant
PENDING   reject   REJECTED   reserved->remaining  freed  nothing
PENDING   cancel   CANCELLED  reserved->remaining  freed  nothing
PENDING   expire   EXPIRED    reserved->remaining  freed  nothing
APPROVED  deliver  FULFILLED  stays                kept   confirm-delivery
APPROVED  fail     FAILED     stays                kept   nothing
FAILED    retry    FAILED     stays                kept   order-delivery
FAILED    deliver  FULFILLED  stays                kept   confirm-delivery
FAILED    fail     FAILED     stays                kept   nothing
FAILED    reverse  REVERSED   issued->remaining    kept   take-back
FULFILLED reverse  REVERSED   issued->remaining    kept   take-back
"""
ITEMS = """
-         claim    APPROVED   remaining->issued    taken  order-delivery
PENDING   approve  APPROVED   reserved->issued     kept   order-delivery
"""
COUPONS = """
FULFILLED reverse  REVERSED   stays                kept   take-back
"""


def rows(table: str) -> dict[tuple[str, str], tuple[str, ...]]:
    found = {}
    for line in table.strip().splitlines():
        status, action, *effect = line.split()
        found[status, action] = tuple(effect)
    return found


CELLS = list(itertools.product([None, *RequestStatus], Action, RewardKind))


@pytest.mark.parametrize(("status", "action", "kind"), CELLS)
def test_each_cell_is_as_the_design_has_it(status: RequestStatus | None, action: Action, kind: RewardKind) -> None:
    expected = rows(TABLE)
    expected |= rows({RewardKind.ITEM: ITEMS, RewardKind.COUPON: COUPONS}.get(kind, ""))
    effect = effect_of(status, action, kind)
    found = effect and (
        effect.target.value,
        "stays" if effect.unit is None else "->".join(effect.unit),
        effect.slot.value,
        effect.fulfilment.value.replace(" ", "-"),
    )
    assert found == expected.get((status.value if status else "-", action.value))


@pytest.mark.parametrize(("status", "action", "kind"), CELLS)
def test_slots_and_units_are_where_the_next_status_says(
    status: RequestStatus | None, action: Action, kind: RewardKind
) -> None:
    effect = effect_of(status, action, kind)
    # Only things are on their way, and only they fail to arrive.
    if effect is None or (kind is not RewardKind.ITEM and status in (RequestStatus.APPROVED, RequestStatus.FAILED)):
        return
    assert (effect.target in LIVE_STATUSES) == (effect.slot is not Slot.FREED)
    if effect.unit is None:
        assert status is not None
        assert stock_place(status, kind) is stock_place(effect.target, kind)
    else:
        assert effect.unit[1] is stock_place(effect.target, kind)
        assert effect.unit[0] is (stock_place(status, kind) if status else StockPlace.REMAINING)


def test_every_status_is_reached() -> None:
    assert {effect.target for effect in [*TRANSITIONS.values(), *TRANSITIONS_BY_KIND.values()]} == set(RequestStatus)
    assert {effect.fulfilment for effect in [*TRANSITIONS.values(), *TRANSITIONS_BY_KIND.values()]} == set(Fulfilment)


def request(**changes: Any) -> RewardRequest:
    fields: dict[str, Any] = {
        "id": "u.1",
        "user_id": "u",
        "offer_id": "e.o",
        "event_id": "e",
        "reward_id": "r",
        "idempotency_key": "k",
        "period": "EVER",
        "slot": 0,
        "status": RequestStatus.FAILED,
        "created_at": NOON,
        "decided_at": NOON,
        "grant": None,
        "history": (),
        "version": 3,
    }
    return RewardRequest(**{**fields, **changes})


def test_what_is_on_its_way_cannot_be_taken_back() -> None:
    assert request().allowed_effect(Action.REVERSE, RewardKind.ITEM) is not None
    assert request(delivery=Delivery(1, NOON)).allowed_effect(Action.REVERSE, RewardKind.ITEM) is None


def test_a_step_that_changes_no_status_is_a_new_version_without_history() -> None:
    again = request().moved(RequestStatus.FAILED, NOON)
    assert (again.version, again.history) == (4, ())
