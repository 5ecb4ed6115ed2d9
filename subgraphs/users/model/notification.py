"""Notifications: what a user is told, and what each is about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

MAX_MARKED: Final = 100


class SubjectKind(StrEnum):
    """The types of things that a notification can be about, as the graph names them."""

    EVENT = "Event"
    REWARD_REQUEST = "RewardRequest"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a notification is about."""

    kind: SubjectKind
    id: str


@dataclass(frozen=True, slots=True)
class Notification:
    """One entry of a user's inbox. `message_id` names the cause: one cause makes one entry."""

    user_id: str
    message_id: str
    kind: str
    title: str
    body: str
    created_at: datetime
    read_at: datetime | None = None
    subject: Subject | None = None

    @property
    def id(self) -> str:
        """Begins with the user's id, so that it is found in one place."""
        return f"{self.user_id}.{self.message_id}"


def of_request(user_id: str, message_id: str, request_id: str, status: str, at: datetime) -> Notification | None:
    """What a user is told of a step of their reward request; None of steps that they took themself."""
    told = _OF_REQUEST.get(status)
    if told is None:
        return None
    subject = Subject(SubjectKind.REWARD_REQUEST, request_id)
    return Notification(user_id, message_id, f"REWARD_{status}", told[0], told[1], at, subject=subject)


_OF_REQUEST: Final = {
    "FULFILLED": ("Your reward is here", "What you claimed is yours now."),
    "APPROVED": ("Your reward is on its way", "Your claim was approved and is being delivered."),
    "REJECTED": ("Your claim was rejected", "The reason stands with the request."),
    "EXPIRED": ("Your claim has expired", "It was not decided in time; you may claim again."),
    "REVERSED": ("A reward was taken back", "The reason stands with the request."),
    "FAILED": ("Your reward could not be delivered", "We are looking into it."),
}


def of_roles(user_id: str, message_id: str, at: datetime) -> Notification:
    """What a user is told when an admin has changed their roles."""
    return Notification(user_id, message_id, "ROLES_CHANGED", "Your roles have changed", "An admin set them anew.", at)


def of_password(user_id: str, message_id: str, at: datetime) -> Notification:
    """What a user is told when their password was changed."""
    body = "All other sessions have ended. If it was not you, reset it at once."
    return Notification(user_id, message_id, "PASSWORD_CHANGED", "Your password was changed", body, at)
