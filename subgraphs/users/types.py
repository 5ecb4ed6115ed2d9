"""The types of users' part of the graph."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Self

import strawberry
from strawberry.federation import type as federated
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from subgraphs.runtime.graphql.access import Visible, open_field
from subgraphs.runtime.graphql.audit import audit_types
from subgraphs.runtime.graphql.not_built import NotBuiltYet
from subgraphs.runtime.graphql.pages import PageInfo
from subgraphs.runtime.identity import Identity, Kind, Privilege
from subgraphs.users import model
from subgraphs.users.context import UsersInfo
from subgraphs.users.operations.sessions import SignedIn


@strawberry.enum
class Role(Enum):
    USER = "USER"
    OPERATOR = "OPERATOR"
    AUDITOR = "AUDITOR"
    ADMIN = "ADMIN"


@strawberry.enum
class UserStatus(Enum):
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


@federated(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class Event:
    id: strawberry.ID


@federated(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class RewardRequest:
    id: strawberry.ID


NotificationSubject = Annotated[Event | RewardRequest, strawberry.union("NotificationSubject")]


@strawberry.type
class Notification:
    id: strawberry.ID
    kind: str
    title: str
    body: str
    created_at: datetime
    read_at: datetime | None
    subject: NotificationSubject | None = strawberry.field(description="What it is about.")


@strawberry.type
class NotificationEdge:
    cursor: str
    node: Notification


@strawberry.type
class NotificationConnection:
    edges: list[NotificationEdge]
    page_info: PageInfo


def to_self(viewer: Identity, user: Any) -> bool:
    return viewer.is_user(user.id)


def to_self_and_staff(viewer: Identity, user: Any) -> bool:
    return viewer.is_user(user.id) or viewer.is_staff


def to_self_and_admins(viewer: Identity, user: Any) -> bool:
    return viewer.is_user(user.id) or viewer.has_any((Privilege.ADMIN,))


def to_signed_in(viewer: Identity, _: Any) -> bool:
    return viewer.kind is not Kind.ANONYMOUS


SELF = "self"
SELF_AND_STAFF = "self, operator, auditor, admin"


@federated(keys=["id"])
class User:
    id: strawberry.ID = open_field()
    user: strawberry.Private[model.User]

    @strawberry.field(
        description="To everyone signed in; null once the person is erased.",
        extensions=[Visible("signed in", to_signed_in)],
    )
    def display_name(self) -> str | None:
        return self.user.display_name

    @strawberry.field(
        description="To the user themself, and to operators, auditors and admins; null to others.",
        extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)],
    )
    def email(self) -> str | None:
        return self.user.email

    @strawberry.field(
        description="To the user themself, and to admins; null to others.",
        extensions=[Visible("self, admin", to_self_and_admins)],
    )
    def roles(self) -> list[Role] | None:
        return [role for role in Role if model.Role(role.value) in self.user.roles]

    @strawberry.field(
        description="From here on: to the user themself, and to operators, auditors and admins; null to others.",
        extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)],
    )
    def status(self) -> UserStatus | None:
        return UserStatus(self.user.status.value)

    @strawberry.field(description="ISO 3166-1 alpha-2.", extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)])
    def region(self) -> str | None:
        return self.user.region

    @strawberry.field(extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)])
    def timezone(self) -> str | None:
        return self.user.timezone

    @strawberry.field(extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)])
    def created_at(self) -> datetime | None:
        return self.user.created_at

    @strawberry.field(extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)])
    def version(self) -> int | None:
        return self.user.version

    @strawberry.field(
        description="To the user themself; null to others. Latest first.",
        extensions=[NotBuiltYet(), Visible(SELF, to_self)],
    )
    def notifications(
        self,
        unread_only: bool = False,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> NotificationConnection | None:
        return None

    @strawberry.field(
        description="To the user themself; null to others.", extensions=[NotBuiltYet(), Visible(SELF, to_self)]
    )
    def unread_notification_count(self) -> int | None:
        return None

    @classmethod
    def of(cls, user: model.User) -> Self:
        return cls(id=strawberry.ID(user.id), user=user)

    @classmethod
    async def resolve_reference(cls, info: UsersInfo, id: strawberry.ID) -> Self | None:
        found = await info.context.users_by_id.load(id)
        return None if found is None else cls.of(found)


@strawberry.type
class UserEdge:
    cursor: str
    node: User


@strawberry.type(
    description=(
        "`totalCount` is counted only when asked for; 10,000 means at least that, null that counting took too long."
    )
)
class UserConnection:
    edges: list[UserEdge]
    page_info: PageInfo
    total_count: int | None


AUDIT_TYPES = audit_types(User)
AuditEntry, AuditEdge, AuditConnection = AUDIT_TYPES


@strawberry.enum
class UserSort(Enum):
    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    DISPLAY_NAME_ASC = "DISPLAY_NAME_ASC"


@strawberry.input
class UserFilter:
    text: str | None = strawberry.UNSET
    roles: list[Role] | None = strawberry.UNSET
    statuses: list[UserStatus] | None = strawberry.UNSET
    regions: list[str] | None = strawberry.UNSET
    created_from: datetime | None = strawberry.UNSET
    created_before: datetime | None = strawberry.UNSET


@strawberry.type(
    description=(
        "A signed-in session. The access token lives 15 minutes; each refresh token works once, "
        "and using one twice ends the session."
    )
)
class Session:
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime
    user: User

    @classmethod
    def of(cls, session: SignedIn) -> Self:
        return cls(
            access_token=session.access_token,
            access_token_expires_at=session.access_token_expires_at,
            refresh_token=session.refresh_token,
            refresh_token_expires_at=session.refresh_token_expires_at,
            user=User.of(session.user),
        )
