"""What a claim comes to."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from subgraphs.rewards.model.offer import UserLimit
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.runtime.results import IdempotencyConflict, NotFound, RateLimited, TryAgain, ValidationFailed


@dataclass(frozen=True, slots=True)
class Claimed:
    """The request; `is_replay`: it was made by an earlier call with the same key."""

    request: RewardRequest
    is_replay: bool


@dataclass(frozen=True, slots=True)
class EventNotOpen:
    """The event is not open: it opens or closed then, where that can be told."""

    opens_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConditionsNotMet:
    """The user does not satisfy the event's rule."""

    event_id: str
    unmet_conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The user has had all that the offer allows in this period."""

    limit: UserLimit
    resets_at: datetime | None
    last_request: RewardRequest


@dataclass(frozen=True, slots=True)
class OutOfStock:
    """No unit is left, or no code."""


@dataclass(frozen=True, slots=True)
class BudgetExhausted:
    """The points that are left do not suffice for one grant."""


ClaimOutcome: TypeAlias = (
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
