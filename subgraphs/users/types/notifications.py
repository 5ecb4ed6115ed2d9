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
    id: strawberry.ID


@federated(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class RewardRequest:
    id: strawberry.ID


NotificationSubject = Annotated[Event | RewardRequest, strawberry.union("NotificationSubject")]


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
    id: strawberry.ID
    kind: str
    title: str
    body: str
    created_at: datetime
    read_at: datetime | None
    subject: NotificationSubject | None = strawberry.field(description="What it is about.")

    @classmethod
    def of(cls, entry: model.Notification) -> Self:
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
    cursor: str
    node: Notification


@strawberry.type
class NotificationConnection:
    edges: list[NotificationEdge]
    page_info: PageInfo

    @classmethod
    def of(cls, page: Page[model.Notification]) -> Self:
        edges = [
            NotificationEdge(cursor=cursor, node=Notification.of(row))
            for cursor, row in zip(page.cursors, page.rows, strict=True)
        ]
        return cls(edges=edges, page_info=PageInfo.of(page))
