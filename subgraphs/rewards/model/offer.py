"""An event's offers of rewards, and their stock."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from subgraphs.rewards.model.period import LimitPeriod
from subgraphs.runtime.ids import random_id

MAX_OFFERS: Final = 50


class ApprovalMode(StrEnum):
    AUTOMATIC = "AUTOMATIC"
    MANUAL = "MANUAL"


@dataclass(frozen=True, slots=True)
class UserLimit:
    """At most `count` grants a user in each period."""

    count: int
    period: LimitPeriod


@dataclass(frozen=True, slots=True)
class Offer:
    """One event's offer of one reward."""

    id: str
    event_id: str
    reward_id: str
    position: int
    approval: ApprovalMode
    per_user: UserLimit
    reservation_seconds: int
    enabled: bool
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Budget:
    """limit = remaining + reserved + spent."""

    limit: int
    remaining: int
    reserved: int
    spent: int


@dataclass(frozen=True, slots=True)
class Stock:
    """total = remaining + reserved + issued; unlimited when `total` is None. Carries the version of the offer it is of."""

    offer_id: str
    offer_version: int
    total: int | None
    remaining: int | None
    reserved: int
    issued: int
    budget: Budget | None


def new_offer_id(event_id: str) -> str:
    """An id that begins with its event's, so that a look-up by id goes to the event's shard."""
    return f"{event_id}.{random_id(10)}"


def event_of_offer(offer_id: str) -> str:
    """The event that an offer's id names."""
    return offer_id.rpartition(".")[0]
