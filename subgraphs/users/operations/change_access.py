"""Change what a user may do: their roles, or whether they may do anything at all."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from subgraphs.runtime import audit
from subgraphs.runtime.auth.identity import LEEWAY_SECONDS, Privilege
from subgraphs.runtime.auth.revocations import Standing
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.ids import random_id
from subgraphs.runtime.messaging.outbox import cache_message, enqueue
from subgraphs.runtime.mongo import Mongo, Session
from subgraphs.runtime.results import NotFound, ValidationFailed, VersionConflict, Violation
from subgraphs.users.model.notification import of_roles
from subgraphs.users.model.session import ACCESS_TOKEN_LIFETIME
from subgraphs.users.model.user import Role, User, UserStatus, check_reason, check_roles
from subgraphs.users.operations.dependencies import Dependencies
from subgraphs.users.store.users import changed_since, user_tags

# A token may be signed a moment after its user was read.
_SLACK: Final = timedelta(minutes=1)

Changed = User | NotFound | ValidationFailed | VersionConflict


async def set_roles(
    dependencies: Dependencies, actor_id: str, user_id: str, expected_version: int, roles: Collection[Role], reason: str
) -> Changed:
    """Sets the roles. Nobody takes ADMIN from themself, so that an admin is always left."""
    violations = check_roles(("input", "roles"), roles) + check_reason(("input", "reason"), reason)
    if user_id == actor_id and Role.ADMIN not in roles:
        violations.append(Violation(("input", "roles"), "SELF", "another admin has to take this role from you"))
    if violations:
        return ValidationFailed(tuple(violations))
    fields = {"roles": sorted(set(roles))}
    return await _change(dependencies, actor_id, user_id, expected_version, "user.roles-set", fields, reason)


async def set_status(
    dependencies: Dependencies, actor_id: str, user_id: str, expected_version: int, status: UserStatus, reason: str
) -> Changed:
    """Suspends a user, or ends the suspension. Nobody suspends themself."""
    violations = check_reason(("input", "reason"), reason)
    if user_id == actor_id and status is not UserStatus.ACTIVE:
        violations.append(Violation(("input", "status"), "SELF", "another admin has to suspend you"))
    if violations:
        return ValidationFailed(tuple(violations))
    fields = {"status": status.value}
    return await _change(dependencies, actor_id, user_id, expected_version, "user.status-set", fields, reason)


async def standings(mongo: Mongo, clock: Clock) -> Mapping[str, Standing]:
    """How those stand whose access changed while a token that lives may be older."""
    since = clock.now() - ACCESS_TOKEN_LIFETIME - timedelta(seconds=LEEWAY_SECONDS) - _SLACK
    return {
        user.id: Standing(frozenset(Privilege(role.value) for role in user.roles), user.status is UserStatus.SUSPENDED)
        for user in (await changed_since(mongo.write, since)).values()
    }


async def _change(
    dependencies: Dependencies,
    actor_id: str,
    user_id: str,
    expected_version: int,
    action: str,
    fields: Mapping[str, Any],
    reason: str,
) -> Changed:
    now = dependencies.clock.now()
    message_id = random_id()

    async def work(session: Session) -> Changed:
        user = await dependencies.users.user(user_id, session)
        if user is None:
            return NotFound(user_id)
        if user.version != expected_version:
            return VersionConflict(user.version)
        changed = await dependencies.users.change_user(
            user_id, expected_version, {**fields, "accessChangedAt": now}, session
        )
        if changed is None:
            raise LookupError("the snapshot of this transaction changed")
        change = audit.Change(
            user_id, action, now, actor_id, reason=reason.strip(), before=_shown(user), after=_shown(changed)
        )
        await audit.append(dependencies.mongo, change, session)
        await enqueue(dependencies.mongo, [cache_message(user_id, now, user_tags(user_id))], session)
        if changed.roles != user.roles:
            await dependencies.inbox.put(of_roles(user_id, message_id, now), session)
        return changed

    return await dependencies.mongo.transaction(work)


def _shown(user: User) -> dict[str, Any]:
    return {"roles": sorted(user.roles), "status": user.status.value, "version": user.version}
