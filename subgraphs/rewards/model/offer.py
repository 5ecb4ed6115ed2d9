"""An event's offers of rewards, and their stock."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from subgraphs.rewards.model.period import LimitPeriod
from subgraphs.runtime.ids import random_id

MAX_OFFERS: Final = 50


class ApprovalMode(StrEnum):
    """Whether a claim is granted at once or waits for a decision."""

    AUTOMATIC = "AUTOMATIC"
    MANUAL = "MANUAL"


@dataclass(frozen=True, slots=True)
class UserLimit:
    """At most `count` grants a user in each period."""

    count: int
    period: LimitPeriod


@dataclass(frozen=True, slots=True)
class Offer:
    """One event's offer of one reward. `ordinal` counts it among the at most 50 of its event."""

    id: str
    event_id: str
    reward_id: str
    ordinal: int
    position: int
    approval: ApprovalMode
    per_user: UserLimit
    reservation_seconds: int
    enabled: bool
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Budget:
    """Points over all users. limit = remaining + reserved + spent; without a limit these two are counted all the same."""

    limit: int | None = None
    remaining: int | None = None
    reserved: int = 0
    spent: int = 0


@dataclass(frozen=True, slots=True)
class Stock:
    """total = remaining + reserved + issued; without a total these two are counted all the same.

    Carries the version of the offer it is of.
    """

    offer_id: str
    offer_version: int
    total: int | None
    remaining: int | None
    reserved: int
    issued: int
    budget: Budget


class StockPlace(StrEnum):
    """Where a unit of the stock is; its points are in the same part of the budget, where ISSUED is called spent."""

    REMAINING = "remaining"
    RESERVED = "reserved"
    ISSUED = "issued"


def new_offer_id(event_id: str) -> str:
    """An id that begins with its event's, so that a look-up by id goes to the event's shard."""
    return f"{event_id}.{random_id(10)}"


def event_of_offer(offer_id: str) -> str:
    """The event that an offer's id names."""
    return offer_id.rpartition(".")[0]
