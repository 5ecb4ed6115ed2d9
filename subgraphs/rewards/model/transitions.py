"""The steps of a request: one table of what each does, and from which status it may be taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from subgraphs.rewards.model.offer import StockPlace
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.reward import RewardKind


class Action(StrEnum):
    """What is done to a request, as its trail calls it."""

    CLAIM = "claim"
    REQUEST_APPROVAL = "request-approval"
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    EXPIRE = "expire"
    DELIVER = "deliver"
    FAIL = "fail"
    RETRY = "retry"
    REVERSE = "reverse"


class Slot(StrEnum):
    """What happens to the user's place under the offer's limit."""

    TAKEN = "taken"
    KEPT = "kept"
    FREED = "freed"


class Fulfilment(StrEnum):
    """What passes between the user and us. ORDER: the thing is to be delivered; RECEIVE: it was."""

    NOTHING = "nothing"
    GRANT = "grant"
    ORDER_DELIVERY = "order delivery"
    CONFIRM_DELIVERY = "confirm delivery"
    TAKE_BACK = "take back"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step does: where it leads, and what goes with it.

    `unit` says from which part of the stock to which the request's unit moves, and its points with it; None: it stays
    where it is.
    """

    target: RequestStatus
    unit: tuple[StockPlace, StockPlace] | None
    slot: Slot
    fulfilment: Fulfilment = Fulfilment.NOTHING


_S: Final = RequestStatus
_TO_ISSUED: Final = (StockPlace.REMAINING, StockPlace.ISSUED)
_TO_RESERVED: Final = (StockPlace.REMAINING, StockPlace.RESERVED)
_DECIDED: Final = (StockPlace.RESERVED, StockPlace.ISSUED)
_RELEASED: Final = (StockPlace.RESERVED, StockPlace.REMAINING)
_RETURNED: Final = (StockPlace.ISSUED, StockPlace.REMAINING)

# CLAIM: the offer grants by itself. REQUEST_APPROVAL: an operator is to decide.
TRANSITIONS: Final[Mapping[tuple[RequestStatus | None, Action], Effect]] = {
    (None, Action.CLAIM): Effect(_S.FULFILLED, _TO_ISSUED, Slot.TAKEN, Fulfilment.GRANT),
    (None, Action.REQUEST_APPROVAL): Effect(_S.PENDING, _TO_RESERVED, Slot.TAKEN),
    (_S.PENDING, Action.APPROVE): Effect(_S.FULFILLED, _DECIDED, Slot.KEPT, Fulfilment.GRANT),
    (_S.PENDING, Action.REJECT): Effect(_S.REJECTED, _RELEASED, Slot.FREED),
    (_S.PENDING, Action.CANCEL): Effect(_S.CANCELLED, _RELEASED, Slot.FREED),
    (_S.PENDING, Action.EXPIRE): Effect(_S.EXPIRED, _RELEASED, Slot.FREED),
    (_S.APPROVED, Action.DELIVER): Effect(_S.FULFILLED, None, Slot.KEPT, Fulfilment.CONFIRM_DELIVERY),
    (_S.APPROVED, Action.FAIL): Effect(_S.FAILED, None, Slot.KEPT),
    (_S.FAILED, Action.RETRY): Effect(_S.FAILED, None, Slot.KEPT, Fulfilment.ORDER_DELIVERY),
    (_S.FAILED, Action.DELIVER): Effect(_S.FULFILLED, None, Slot.KEPT, Fulfilment.CONFIRM_DELIVERY),
    (_S.FAILED, Action.FAIL): Effect(_S.FAILED, None, Slot.KEPT),
    (_S.FAILED, Action.REVERSE): Effect(_S.REVERSED, _RETURNED, Slot.KEPT, Fulfilment.TAKE_BACK),
    (_S.FULFILLED, Action.REVERSE): Effect(_S.REVERSED, _RETURNED, Slot.KEPT, Fulfilment.TAKE_BACK),
}
# Items are on their way until they are delivered. A coupon's code is gone for good, and its unit with it.
TRANSITIONS_BY_KIND: Final[Mapping[tuple[RequestStatus | None, Action, RewardKind], Effect]] = {
    (None, Action.CLAIM, RewardKind.ITEM): Effect(_S.APPROVED, _TO_ISSUED, Slot.TAKEN, Fulfilment.ORDER_DELIVERY),
    (_S.PENDING, Action.APPROVE, RewardKind.ITEM): Effect(_S.APPROVED, _DECIDED, Slot.KEPT, Fulfilment.ORDER_DELIVERY),
    (_S.FULFILLED, Action.REVERSE, RewardKind.COUPON): Effect(_S.REVERSED, None, Slot.KEPT, Fulfilment.TAKE_BACK),
}


def effect_of(status: RequestStatus | None, action: Action, kind: RewardKind) -> Effect | None:
    """What the step does to a request of a reward of this kind; None when its status does not allow it."""
    return TRANSITIONS_BY_KIND.get((status, action, kind)) or TRANSITIONS.get((status, action))


# A request in one of these keeps its user's slot under the offer's limit.
LIVE_STATUSES: Final = frozenset(
    effect.target for effect in (*TRANSITIONS.values(), *TRANSITIONS_BY_KIND.values()) if effect.slot is not Slot.FREED
)


def _places(kind: RewardKind) -> dict[RequestStatus, StockPlace]:
    """The place of the unit in each status that a request of this kind can reach, found by walking the table."""
    places: dict[RequestStatus, StockPlace] = {}
    reached: list[tuple[RequestStatus | None, StockPlace]] = [(None, StockPlace.REMAINING)]
    while reached:
        source, place = reached.pop()
        for action in Action:
            effect = effect_of(source, action, kind)
            if effect is not None and effect.target not in places:
                places[effect.target] = place if effect.unit is None else effect.unit[1]
                reached.append((effect.target, places[effect.target]))
    return places


# Only items reach every status; in one that a kind never reaches, its unit would be where an item's is.
_STOCK_PLACES: Final = {kind: _places(RewardKind.ITEM) | _places(kind) for kind in RewardKind}


def stock_place(status: RequestStatus, kind: RewardKind) -> StockPlace:
    """The place of the unit of a request in this status, which is also the place of its points in the budget."""
    return _STOCK_PLACES[kind][status]
