"""Permissions, declared on the field they guard.

`Query` and `Mutation` fields refuse with an error; fields of a type that are not for this viewer are null. A field of an
entity, a query or a mutation that declares none of these fails the tests, and `Public` says that it is meant.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Final

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission, PermissionExtension
from strawberry.types import Info

from subgraphs.runtime.auth.identity import ANONYMOUS, STAFF, CallerKind, Identity, Privilege
from subgraphs.runtime.error_codes import UNAVAILABLE
from subgraphs.runtime.graphql.errors import CodedError, Forbidden, Unauthenticated


class Access(BasePermission):
    """A rule over the caller; `name` stands in the permission matrix."""

    name: ClassVar[str]

    @classmethod
    def allows(cls, identity: Identity) -> bool:
        """Returns whether the rule lets this caller through."""
        raise NotImplementedError

    def has_permission(self, source: Any, info: Info[Any, Any], **kwargs: Any) -> bool:
        """Lets the caller through; raises Unauthenticated, Forbidden, or CodedError with UNAVAILABLE."""
        identity: Identity = info.context.identity
        if self.allows(identity):
            return True
        if identity.withheld and self.allows(replace(identity, roles=identity.roles | identity.withheld)):
            raise CodedError(UNAVAILABLE, "privileged roles cannot be confirmed for the moment")
        raise Unauthenticated() if identity == ANONYMOUS else Forbidden()


class Public(Access):
    """Anybody, signed in or not."""

    name = "anybody"

    @classmethod
    def allows(cls, identity: Identity) -> bool:
        """Returns whether the rule lets this caller through."""
        return True


class SignedIn(Access):
    """A user or a service."""

    name = "signed in"

    @classmethod
    def allows(cls, identity: Identity) -> bool:
        """Returns whether the rule lets this caller through."""
        return identity.kind is not CallerKind.ANONYMOUS


class UserOnly(Access):
    """A signed-in user, for themself."""

    name = "user"

    @classmethod
    def allows(cls, identity: Identity) -> bool:
        """Returns whether the rule lets this caller through."""
        return identity.kind is CallerKind.USER


class Operators(Access):
    """Operators and admins."""

    name = "operator, admin"

    @classmethod
    def allows(cls, identity: Identity) -> bool:
        """Returns whether the rule lets this caller through."""
        return identity.has_any((Privilege.OPERATOR, Privilege.ADMIN))


class Staff(Access):
    """Operators, auditors and admins."""

    name = "operator, auditor, admin"

    @classmethod
    def allows(cls, identity: Identity) -> bool:
        """Returns whether the rule lets this caller through."""
        return identity.has_any(STAFF)


class Auditors(Access):
    """Auditors and admins."""

    name = "auditor, admin"

    @classmethod
    def allows(cls, identity: Identity) -> bool:
        """Returns whether the rule lets this caller through."""
        return identity.has_any((Privilege.AUDITOR, Privilege.ADMIN))


class Admins(Access):
    """Admins."""

    name = "admin"

    @classmethod
    def allows(cls, identity: Identity) -> bool:
        """Returns whether the rule lets this caller through."""
        return identity.has_any((Privilege.ADMIN,))


class Services(Access):
    """Trusted services."""

    name = "service"

    @classmethod
    def allows(cls, identity: Identity) -> bool:
        """Returns whether the rule lets this caller through."""
        return identity.is_service


class ServicesAndAdmins(Access):
    """Trusted services and admins."""

    name = "service, admin"

    @classmethod
    def allows(cls, identity: Identity) -> bool:
        """Returns whether the rule lets this caller through."""
        return identity.is_service or identity.has_any((Privilege.ADMIN,))


class Visible(FieldExtension):
    """Shows the field to some viewers and is null to the others.

    `shows` gets the viewer and the object the field is of; `audience` says it in words, for the matrix.
    """

    def __init__(self, audience: str, shows: Callable[[Identity, Any], bool]) -> None:
        self.audience = audience
        self._shows = shows

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info[Any, Any], **kwargs: Any) -> Any:
        """Resolves the field, through this extension."""
        return next_(source, info, **kwargs) if self._shows(info.context.identity, source) else None

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Info[Any, Any], **kwargs: Any) -> Any:
        """Resolves the field, through this extension."""
        return await next_(source, info, **kwargs) if self._shows(info.context.identity, source) else None


def staff_only() -> Visible:
    """To operators, auditors and admins; null to others."""
    return Visible("operator, auditor, admin", lambda viewer, _: viewer.is_staff)


OPEN_TO_ALL: Final = "anybody who can reach the object"


class Reachable(FieldExtension):
    """Says that whoever can reach the object may see the field. Costs nothing when the field is resolved."""

    audience = OPEN_TO_ALL

    def apply(self, field: Any) -> None:
        """Prepares the field, once, when the schema is built."""
        field.metadata = {**field.metadata, "audience": self.audience}
        field.extensions = [extension for extension in field.extensions if extension is not self]


def audience_of(field: Any) -> str | None:
    """Who may see the field, as declared on it; None when nothing is declared."""
    declared = field.metadata.get("audience")
    if isinstance(declared, str):
        return declared
    for extension in field.extensions:
        if isinstance(extension, Reachable):
            return extension.audience
        if isinstance(extension, PermissionExtension):
            return " and ".join(getattr(rule, "name", type(rule).__name__) for rule in extension.permissions)
        if isinstance(extension, Visible):
            return extension.audience
    return None


def open_field(description: str | None = None) -> Any:
    """A plain field of an entity that whoever reaches the object may see."""
    return strawberry.field(description=description, extensions=[Reachable()])
