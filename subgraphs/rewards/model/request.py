"""A user's request for a reward, and what was granted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from subgraphs.rewards.model.reward import PointReward
from subgraphs.runtime.ids import random_id


class RequestStatus(StrEnum):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    FULFILLED = "FULFILLED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    REVERSED = "REVERSED"


# A request in one of these keeps its user's slot.
LIVE: Final = frozenset(
    {
        RequestStatus.PENDING,
        RequestStatus.APPROVED,
        RequestStatus.FULFILLED,
        RequestStatus.FAILED,
        RequestStatus.REVERSED,
    }
)


@dataclass(frozen=True, slots=True)
class PointGrant:
    """Points handed over, and when they lapse."""

    points: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a request's history; `actor_id` None: the user's own claim, or the system."""

    at: datetime
    source: RequestStatus | None
    target: RequestStatus
    actor_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RewardRequest:
    """One claim and what became of it. `period` and `slot` are its place under the offer's limit."""

    id: str
    user_id: str
    offer_id: str
    event_id: str
    reward_id: str
    idempotency_key: str
    period: str
    slot: int
    status: RequestStatus
    created_at: datetime
    decided_at: datetime | None
    grant: PointGrant | None
    history: tuple[Step, ...]
    version: int

    @property
    def is_live(self) -> bool:
        """Whether it keeps its slot."""
        return self.status in LIVE


def new_request_id(user_id: str) -> str:
    """An id that begins with its user's, so that a look-up by id goes to the user's shard."""
    return f"{user_id}.{random_id(16)}"


def user_of_request(request_id: str) -> str:
    """The user that a request's id names."""
    return request_id.rpartition(".")[0]


def grant_of(reward: PointReward, now: datetime) -> PointGrant:
    """What is handed over of a reward at `now`."""
    lapses = None if reward.expire_after_days is None else now + timedelta(days=reward.expire_after_days)
    return PointGrant(reward.points, lapses)
