"""The result of a claim: the request, or the reason it was refused, under the schema's names."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, TypeAlias

from subgraphs.rewards.model.offer import UserLimit
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.runtime.results import IdempotencyConflict, NotFound, RateLimited, TryAgain, ValidationFailed


@dataclass(frozen=True, slots=True)
class Claimed:
    """The claim was accepted. `is_replay`: the request was made by an earlier call with the same key."""

    request: RewardRequest
    is_replay: bool


@dataclass(frozen=True, slots=True)
class EventNotOpen:
    """The event is not open. `opens_at` or `closed_at` is the instant of its opening or its end, where that is known."""

    CODE: ClassVar = "EVENT_NOT_OPEN"
    opens_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConditionsNotMet:
    """The user does not satisfy the event's rule; `unmet_conditions` are the ids of its conditions that are not met."""

    CODE: ClassVar = "CONDITIONS_NOT_MET"
    event_id: str
    unmet_conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The user has had all that the offer allows in this period, which ends at `resets_at` (None: never)."""

    CODE: ClassVar = "LIMIT_REACHED"
    limit: UserLimit
    resets_at: datetime | None
    last_request: RewardRequest


@dataclass(frozen=True, slots=True)
class OutOfStock:
    """No unit is left, or no code in the coupon's pool."""

    CODE: ClassVar = "OUT_OF_STOCK"


@dataclass(frozen=True, slots=True)
class BudgetExhausted:
    """The points left in the offer's budget do not suffice for one grant."""

    CODE: ClassVar = "BUDGET_EXHAUSTED"


# The refusals that the statistics of the event count.
COUNTED_REFUSALS: Final = (EventNotOpen, ConditionsNotMet, LimitReached, OutOfStock, BudgetExhausted)

ClaimResult: TypeAlias = (
    Claimed
    | ValidationFailed
    | NotFound
    | EventNotOpen
    | ConditionsNotMet
    | LimitReached
    | OutOfStock
    | BudgetExhausted
    | IdempotencyConflict
    | RateLimited
    | TryAgain
)
