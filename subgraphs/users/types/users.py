"""Users out, and how their list is asked for."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, ClassVar, Final, Self

import strawberry
from strawberry.federation import type as federated

from subgraphs.runtime.auth.identity import CallerKind, Identity, Privilege
from subgraphs.runtime.cache import Scope
from subgraphs.runtime.graphql.audit import audit_types
from subgraphs.runtime.graphql.cached import CacheHint
from subgraphs.runtime.graphql.connection_field import ConnectionField, PageRequest
from subgraphs.runtime.graphql.permissions import Visible, open_field
from subgraphs.runtime.graphql.projections import Projection
from subgraphs.users.context import UsersInfo
from subgraphs.users.loaders.users import USER
from subgraphs.users.model import user as model
from subgraphs.users.store.notifications import LATEST_FIRST
from subgraphs.users.types.notifications import NOTIFICATION_PROJECTION, NotificationConnection


@strawberry.enum
class Role(Enum):
    """What a user may do. Every user is a USER, whatever else they are."""

    USER = strawberry.enum_value("USER", description="Takes part: claims rewards and manages their own account.")
    OPERATOR = strawberry.enum_value("OPERATOR", description="Runs events and rewards, and decides requests.")
    AUDITOR = strawberry.enum_value("AUDITOR", description="Reads what operators read, and audit trails.")
    ADMIN = strawberry.enum_value(
        "ADMIN", description="May do what operators and auditors may, manages users and adjusts wallets."
    )


@strawberry.enum
class UserStatus(Enum):
    """Whether a user may do anything at all."""

    ACTIVE = strawberry.enum_value("ACTIVE", description="The user may sign in.")
    SUSPENDED = strawberry.enum_value("SUSPENDED", description="The user cannot sign in, and their tokens are refused.")


def to_self(viewer: Identity, user: Any) -> bool:
    """Returns whether the viewer is the user."""
    return viewer.is_user(user.id)


def to_self_and_staff(viewer: Identity, user: Any) -> bool:
    """Returns whether the viewer is the user or staff."""
    return viewer.is_user(user.id) or viewer.is_staff


def to_rules(viewer: Identity, user: Any) -> bool:
    # Rules over profiles are judged in events, which asks as a service.
    """Returns whether the viewer is the user, staff or a service that judges rules."""
    return to_self_and_staff(viewer, user) or viewer.is_service


def to_self_and_admins(viewer: Identity, user: Any) -> bool:
    """Returns whether the viewer is the user or an admin."""
    return viewer.is_user(user.id) or viewer.has_any((Privilege.ADMIN,))


def to_signed_in(viewer: Identity, _: Any) -> bool:
    """Returns whether the viewer is anybody who is signed in."""
    return viewer.kind is not CallerKind.ANONYMOUS


SELF = "self"


SELF_AND_STAFF = "self, operator, auditor, admin"


TO_RULES = "self, operator, auditor, admin, service"


# Of users in a list. One by its id is read whole, for it is cached so.
USER_PROJECTION: Final = Projection(
    {
        "id": (),
        "displayName": ("displayName",),
        "email": ("email",),
        "roles": ("roles",),
        "status": ("status",),
        "region": ("region",),
        "timezone": ("timezone",),
        "createdAt": ("createdAt",),
        "version": ("version",),
        "notifications": (),
        "unreadNotificationCount": (),
    }
)


@federated(keys=["id"])
class User:
    """A person with an account."""

    reference: ClassVar[CacheHint] = CacheHint(USER, Scope.PUBLIC)

    id: strawberry.ID = open_field("Opaque; unique among users.")
    user: strawberry.Private[model.User]

    @strawberry.field(extensions=[Visible("signed in", to_signed_in)])
    def display_name(self) -> str | None:
        """The name that others see, for anybody signed in; null once the person is erased."""
        return self.user.display_name

    @strawberry.field(extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)])
    def email(self) -> str | None:
        """The account's address, for the user themself and for operators, auditors and admins; null to others."""
        return self.user.email

    @strawberry.field(extensions=[Visible("self, admin", to_self_and_admins)])
    def roles(self) -> list[Role] | None:
        """What the user may do, for the user themself and for admins; null to others."""
        return [role for role in Role if model.Role(role.name) in self.user.roles]

    @strawberry.field(extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)])
    def status(self) -> UserStatus | None:
        """For the user themself and for operators, auditors and admins; null to others."""
        return UserStatus(self.user.status.value)

    @strawberry.field(
        description=(
            "ISO 3166-1 alpha-2, as in KR, for the user themself, for operators, auditors, admins and "
            "services; null to others, and when it is unknown."
        ),
        extensions=[Visible(TO_RULES, to_rules)],
    )
    def region(self) -> str | None:
        """Shows the region to the user, to staff and to services that judge rules."""
        return self.user.region

    @strawberry.field(
        extensions=[Visible(TO_RULES, to_rules)],
        description=(
            "IANA name, in which the user's days are counted; null to those who do not see `region`, and "
            "when it is unknown (days are then counted in UTC)."
        ),
    )
    def timezone(self) -> str | None:
        """Shows the time zone to those who see the region."""
        return self.user.timezone

    @strawberry.field(extensions=[Visible(TO_RULES, to_rules)])
    def created_at(self) -> datetime | None:
        """When the account was registered; null to those who do not see `region`."""
        return self.user.created_at

    @strawberry.field(extensions=[Visible(TO_RULES, to_rules)])
    def version(self) -> int | None:
        """Raised by every change of the user; null to those who do not see `region`."""
        return self.user.version

    @strawberry.field(extensions=[ConnectionField(), Visible(SELF, to_self)])
    async def notifications(
        self,
        info: UsersInfo,
        page_request: PageRequest,
        unread_only: Annotated[bool, strawberry.argument(description="True keeps the unread ones only.")] = False,
    ) -> NotificationConnection | None:
        """The inbox, the latest first, for the user themself; null to others."""
        context = info.context
        bounds, scope = page_request.of(LATEST_FIRST, {"unread": unread_only})
        fields = NOTIFICATION_PROJECTION.of_nodes(info)
        page = await context.notifications_by_user.page(self.id, (unread_only, bounds, scope, fields))
        return NotificationConnection.of(page)

    @strawberry.field(extensions=[Visible(SELF, to_self)])
    async def unread_notification_count(self, info: UsersInfo) -> int | None:
        """How many notifications are unread, for the user themself; null to others."""
        return await info.context.unread_by_user.load(self.id) or 0

    @classmethod
    def of(cls, user: model.User) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        return cls(id=strawberry.ID(user.id), user=user)

    @classmethod
    async def resolve_reference(cls, info: UsersInfo, id: strawberry.ID) -> Self | None:
        """Resolves a federated reference by its id."""
        found = await info.context.users_by_id.load(id)
        return None if found is None else cls.of(found)


AUDIT_TYPES = audit_types(User)


AuditEntry, AuditEdge, AuditConnection = AUDIT_TYPES
