"""The steps of a request: one table of what each does, and from which status it may be taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from subgraphs.rewards.model.offer import Part
from subgraphs.rewards.model.request import RequestStatus, RewardRequest
from subgraphs.rewards.model.reward import RewardKind


class Verb(StrEnum):
    """What is done to a request, as its trail calls it."""

    CLAIM = "claim"
    ASK = "ask"
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


class Hand(StrEnum):
    """What passes between the user and us. ORDER: the thing is to be delivered; RECEIVE: it was."""

    NOTHING = "nothing"
    GIVE = "give"
    ORDER = "order"
    RECEIVE = "receive"
    TAKE_BACK = "take back"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step does: where it leads, and what goes with it. `unit` says from which part of the stock to which the
    request's unit moves, and its points with it; None: it stays where it is."""

    target: RequestStatus
    unit: tuple[Part, Part] | None
    slot: Slot
    hand: Hand = Hand.NOTHING


_S: Final = RequestStatus
_TO_ISSUED: Final = (Part.REMAINING, Part.ISSUED)
_TO_RESERVED: Final = (Part.REMAINING, Part.RESERVED)
_DECIDED: Final = (Part.RESERVED, Part.ISSUED)
_RELEASED: Final = (Part.RESERVED, Part.REMAINING)
_RETURNED: Final = (Part.ISSUED, Part.REMAINING)

# CLAIM: the offer grants by itself. ASK: an operator is to decide.
STEPS: Final[Mapping[tuple[RequestStatus | None, Verb], Effect]] = {
    (None, Verb.CLAIM): Effect(_S.FULFILLED, _TO_ISSUED, Slot.TAKEN, Hand.GIVE),
    (None, Verb.ASK): Effect(_S.PENDING, _TO_RESERVED, Slot.TAKEN),
    (_S.PENDING, Verb.APPROVE): Effect(_S.FULFILLED, _DECIDED, Slot.KEPT, Hand.GIVE),
    (_S.PENDING, Verb.REJECT): Effect(_S.REJECTED, _RELEASED, Slot.FREED),
    (_S.PENDING, Verb.CANCEL): Effect(_S.CANCELLED, _RELEASED, Slot.FREED),
    (_S.PENDING, Verb.EXPIRE): Effect(_S.EXPIRED, _RELEASED, Slot.FREED),
    (_S.APPROVED, Verb.DELIVER): Effect(_S.FULFILLED, None, Slot.KEPT, Hand.RECEIVE),
    (_S.APPROVED, Verb.FAIL): Effect(_S.FAILED, None, Slot.KEPT),
    (_S.FAILED, Verb.RETRY): Effect(_S.FAILED, None, Slot.KEPT, Hand.ORDER),
    (_S.FAILED, Verb.DELIVER): Effect(_S.FULFILLED, None, Slot.KEPT, Hand.RECEIVE),
    (_S.FAILED, Verb.FAIL): Effect(_S.FAILED, None, Slot.KEPT),
    (_S.FAILED, Verb.REVERSE): Effect(_S.REVERSED, _RETURNED, Slot.KEPT, Hand.TAKE_BACK),
    (_S.FULFILLED, Verb.REVERSE): Effect(_S.REVERSED, _RETURNED, Slot.KEPT, Hand.TAKE_BACK),
}
# Items are on their way until they are delivered. A coupon's code is gone for good, and its unit with it.
EXCEPTIONS: Final[Mapping[tuple[RequestStatus | None, Verb, RewardKind], Effect]] = {
    (None, Verb.CLAIM, RewardKind.ITEM): Effect(_S.APPROVED, _TO_ISSUED, Slot.TAKEN, Hand.ORDER),
    (_S.PENDING, Verb.APPROVE, RewardKind.ITEM): Effect(_S.APPROVED, _DECIDED, Slot.KEPT, Hand.ORDER),
    (_S.FULFILLED, Verb.REVERSE, RewardKind.COUPON): Effect(_S.REVERSED, None, Slot.KEPT, Hand.TAKE_BACK),
}


def effect_of(status: RequestStatus | None, verb: Verb, kind: RewardKind) -> Effect | None:
    """What the step does to a request of a reward of this kind; None when its status does not allow it."""
    return EXCEPTIONS.get((status, verb, kind)) or STEPS.get((status, verb))


def allowed(request: RewardRequest, verb: Verb, kind: RewardKind) -> Effect | None:
    """The step, if the request as it stands allows it: what is on its way cannot be taken back."""
    if verb is Verb.REVERSE and request.delivery is not None:
        return None
    return effect_of(request.status, verb, kind)


def place_of_unit(status: RequestStatus, kind: RewardKind) -> Part:
    """Where the unit of a request in this status is, and its points in the budget."""
    match status:
        case RequestStatus.PENDING:
            return Part.RESERVED
        case RequestStatus.APPROVED | RequestStatus.FULFILLED | RequestStatus.FAILED:
            return Part.ISSUED
        case RequestStatus.REVERSED if kind is RewardKind.COUPON:
            return Part.ISSUED
        case _:
            return Part.REMAINING
