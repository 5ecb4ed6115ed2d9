"""A user's request for a reward: what it is, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from subgraphs.rewards.model.grant import Grant
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.reward import RewardKind
from subgraphs.rewards.model.transitions import LIVE_STATUSES, Action, Effect, effect_of
from subgraphs.runtime.ids import random_id


@dataclass(frozen=True, slots=True)
class RequestStep:
    """One change of status; `actor_id` None: the user's own claim, or the system."""

    at: datetime
    source: RequestStatus | None
    target: RequestStatus
    actor_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A thing on its way: how often it was tried, and when it is tried next."""

    tries: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class RewardRequest:
    """One claim and what became of it.

    `period` and `slot` are its place under the offer's limit; until `expires_at` it waits for a decision; `delivery`
    stands while a thing is to be delivered.
    """

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
    grant: Grant | None
    history: tuple[RequestStep, ...]
    version: int
    expires_at: datetime | None = None
    delivery: Delivery | None = None

    @property
    def is_live(self) -> bool:
        """Whether it keeps its slot."""
        return self.status in LIVE_STATUSES

    @property
    def decided_by(self) -> str | None:
        """Who approved or rejected it; None for the system, or when nobody did."""
        decisions = (RequestStatus.APPROVED, RequestStatus.FULFILLED, RequestStatus.REJECTED)
        decided = (step for step in self.history if step.source is RequestStatus.PENDING and step.target in decisions)
        return next((step.actor_id for step in decided), None)

    @property
    def reason(self) -> str | None:
        """The reason that was given last."""
        return next((step.reason for step in reversed(self.history) if step.reason is not None), None)

    def allowed_effect(self, action: Action, kind: RewardKind) -> Effect | None:
        """The effect of the action on this request of a reward of this kind; None when it is not allowed now.

        A request whose item is being delivered cannot be reversed.
        """
        if action is Action.REVERSE and self.delivery is not None:
            return None
        return effect_of(self.status, action, kind)

    def is_due(self, now: datetime) -> bool:
        """Whether nobody has decided it in time."""
        return self.status is RequestStatus.PENDING and self.expires_at is not None and self.expires_at <= now

    def as_of(self, now: datetime) -> Self:
        """As it is at `now`: one that nobody decided in time has expired at that very instant, written so or not."""
        if not self.is_due(now) or self.expires_at is None:
            return self
        return self.moved(RequestStatus.EXPIRED, self.expires_at)

    def moved(
        self, target: RequestStatus, at: datetime, actor_id: str | None = None, reason: str | None = None
    ) -> Self:
        """The next version. A change of status goes into the history."""
        if target is self.status:
            return replace(self, version=self.version + 1)
        step = RequestStep(at, self.status, target, actor_id, reason)
        return replace(self, status=target, history=(*self.history, step), version=self.version + 1)


def new_request_id(user_id: str) -> str:
    """An id that begins with its user's, so that a look-up by id goes to the user's shard."""
    return f"{user_id}.{random_id(16)}"


def user_of_request(request_id: str) -> str:
    """The user that a request's id names."""
    return request_id.rpartition(".")[0]
