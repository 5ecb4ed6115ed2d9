"""The steps of a request: one table of what each does, and from which status it may be taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from subgraphs.rewards.model.offer import StockPlace
from subgraphs.rewards.model.request import RequestStatus, RewardRequest
from subgraphs.rewards.model.reward import RewardKind


class Action(StrEnum):
    """What is done to a request, as its trail calls it."""

    CLAIM = "claim"
    REQUEST_APPROVAL = "ask"
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
    """What a step does: where it leads, and what goes with it. `unit` says from which part of the stock to which the
    request's unit moves, and its points with it; None: it stays where it is."""

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


def allowed_effect(request: RewardRequest, action: Action, kind: RewardKind) -> Effect | None:
    """The step, if the request as it stands allows it: what is on its way cannot be taken back."""
    if action is Action.REVERSE and request.delivery is not None:
        return None
    return effect_of(request.status, action, kind)


def stock_place(status: RequestStatus, kind: RewardKind) -> StockPlace:
    """Where the unit of a request in this status is, and its points in the budget."""
    match status:
        case RequestStatus.PENDING:
            return StockPlace.RESERVED
        case RequestStatus.APPROVED | RequestStatus.FULFILLED | RequestStatus.FAILED:
            return StockPlace.ISSUED
        case RequestStatus.REVERSED if kind is RewardKind.COUPON:
            return StockPlace.ISSUED
        case _:
            return StockPlace.REMAINING
