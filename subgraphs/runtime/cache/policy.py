"""How a field or an entity is cached, and one look-up of it."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from subgraphs.runtime.auth.identity import ANONYMOUS, CallerKind, Identity, Privilege
from subgraphs.runtime.cache.global_tag import EVERYTHING

Value = TypeVar("Value")
ABSENT_SECONDS: Final = 15.0


class Scope(StrEnum):
    """Who shares a value: everybody, all staff or all others, or nobody but the viewer."""

    PUBLIC = "PUBLIC"
    ROLE = "ROLE"
    VIEWER = "VIEWER"

    def token(self, viewer: Identity) -> str:
        """What stands in the key for this viewer: who has the same token shares the value."""
        match self:
            case Scope.PUBLIC:
                return "all"
            case Scope.ROLE:
                return "staff" if viewer.is_staff else "everybody"
            case Scope.VIEWER:
                return f"{viewer.kind.value}:{viewer.id or ''}"

    def filler(self, viewer: Identity) -> Identity:
        """As whom a value of this scope is loaded: somebody who knows no more than all who share it."""
        if self is Scope.VIEWER:
            return viewer
        return _STAFF if self is Scope.ROLE and viewer.is_staff else ANONYMOUS


_STAFF: Final = Identity(CallerKind.USER, None, frozenset({Privilege.OPERATOR}))


@dataclass(frozen=True)
class Policy(Generic[Value]):
    """How one field or entity is cached.

    `ttl` and `stale_for` are seconds: for so long a value is used, and for so long after that while one caller loads it
    anew. `tags` may name `{id}` and arguments. `dump` makes what BSON can hold of a value, and `load` the value of that.
    `version` is raised when what is dumped changes its meaning.
    """

    name: str
    ttl: float
    scope: Scope
    tags: tuple[str, ...]
    dump: Callable[[Value], Any]
    load: Callable[[Any], Value]
    stale_for: float = 0
    version: int = 1

    def __post_init__(self) -> None:
        if not self.ttl > 0:
            raise ValueError(f"{self.name}: a cached field has a ttl")
        if not self.tags:
            raise ValueError(f"{self.name}: a cached field has tags, or no change would ever show")

    def tags_of(self, names: Mapping[str, Any]) -> tuple[str, ...]:
        """The tags of one value, with the one that all have."""
        return (EVERYTHING, *(tag.format_map(names) for tag in self.tags))

    @property
    def longest(self) -> float:
        """Seconds until a value is gone for good."""
        return self.ttl + self.stale_for


@dataclass(frozen=True, slots=True)
class Filled(Generic[Value]):
    """What a load gave; None is that there is nothing. From `until` on it may be different by the clock alone."""

    value: Value | None
    until: datetime | None = None


Fill = Callable[[Sequence["Lookup"]], Awaitable[Sequence["Filled[Any] | BaseException"]]]


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """One value that is wanted.

    `fill` loads the look-ups of one `group` together, from the primary, in their order; `work` is what it needs for
    that.
    """

    policy: Policy[Any]
    key: str
    tags: tuple[str, ...]
    group: Hashable
    fill: Fill
    work: Any


def key_of(
    namespace: str, schema: str, policy: Policy[Any], entity_id: str, arguments: Mapping[str, Any], scope: str
) -> str:
    """The key of a value; arguments that mean the same give the same."""
    text = json.dumps(arguments, sort_keys=True, separators=(",", ":"), default=str) if arguments else ""
    digest = hashlib.sha256(text.encode()).hexdigest()[:32] if text else ""
    return f"v:{namespace}:{schema}.{policy.version}:{policy.name}:{entity_id}:{digest}:{scope}"
