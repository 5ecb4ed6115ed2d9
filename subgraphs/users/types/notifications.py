"""Notifications out."""

from datetime import datetime
from typing import Annotated, Final, Self

import strawberry
from strawberry.federation import type as federated
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from subgraphs.runtime.graphql.page_info import PageInfo
from subgraphs.runtime.graphql.projections import Projection
from subgraphs.runtime.pagination.cursors import Page
from subgraphs.users.model import notification as model


@federated(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class Event:
    """A campaign: a window in time and a rule over what users did.

    `status` follows the clock: a published event is SCHEDULED, ACTIVE or ENDED by its window [startsAt, endsAt) at the
    moment of asking, whatever was stored last.
    """

    id: strawberry.ID = strawberry.field(description="Opaque; unique among events.")


@federated(
    keys=[Key(fields=FieldSet("id"), resolvable=False)],
)
class RewardRequest:
    """A user's claim on an offer, and what became of it."""

    id: strawberry.ID = strawberry.field(description="Opaque; unique among requests.")


NotificationSubject = Annotated[
    Event | RewardRequest, strawberry.union("NotificationSubject", description="What a notification can be about.")
]


_SUBJECTS: dict[model.SubjectKind, type[Event] | type[RewardRequest]] = {
    model.SubjectKind.EVENT: Event,
    model.SubjectKind.REWARD_REQUEST: RewardRequest,
}


NOTIFICATION_PROJECTION: Final = Projection(
    {
        "id": ("messageId",),
        "kind": ("kind",),
        "title": ("title",),
        "body": ("body",),
        "createdAt": ("createdAt",),
        "readAt": ("readAt",),
        "subject": ("subject",),
    }
)


@strawberry.type
class Notification:
    """A message in a user's inbox, made by something that happened to them."""

    id: strawberry.ID = strawberry.field(description="Opaque; unique among notifications.")
    kind: str = strawberry.field(description="What happened, for programs, as in REWARD_FULFILLED.")
    title: str = strawberry.field(description="One line for people, in English.")
    body: str = strawberry.field(description="A sentence or two for people, in English.")
    created_at: datetime = strawberry.field(description="When it happened.")
    read_at: datetime | None = strawberry.field(description="When the user marked it as read; null while it is unread.")
    subject: NotificationSubject | None = strawberry.field(
        description="What it is about; null when it is about the account itself."
    )

    @classmethod
    def of(cls, entry: model.Notification) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        return cls(
            id=strawberry.ID(entry.id),
            kind=entry.kind,
            title=entry.title,
            body=entry.body,
            created_at=entry.created_at,
            read_at=entry.read_at,
            subject=None
            if entry.subject is None
            else _SUBJECTS[entry.subject.kind](id=strawberry.ID(entry.subject.id)),
        )


@strawberry.type
class NotificationEdge:
    """A notification, and its place in the list."""

    cursor: str = strawberry.field(description="Opaque; to be sent as `after` or `before` of the same list.")
    node: Notification = strawberry.field(description="The notification.")


@strawberry.type
class NotificationConnection:
    """A page of a user's inbox, the latest first."""

    edges: list[NotificationEdge] = strawberry.field(description="The notifications of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and the cursors at both ends.")

    @classmethod
    def of(cls, page: Page[model.Notification]) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        edges = [
            NotificationEdge(cursor=cursor, node=Notification.of(row))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return cls(edges=edges, page_info=PageInfo.of(page))
