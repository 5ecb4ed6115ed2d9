"""Update a profile: the name shown, the region, the time zone."""

from collections.abc import Mapping

from subgraphs.runtime import audit
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import ValidationFailed, VersionConflict, Violation
from subgraphs.users.model.user import User, check_display_name, check_region, check_timezone
from subgraphs.users.operations.dependencies import Dependencies
from subgraphs.users.operations.outbox_messages import profile_message


async def update_profile(
    dependencies: Dependencies, user_id: str, expected_version: int, changes: Mapping[str, str | None]
) -> User | ValidationFailed | VersionConflict:
    """`changes` holds what is to change, by the fields' names; None clears a region or a time zone.

    Of many calls with one version, one changes the profile. Raises LookupError when there is no such user.
    """
    violations = _violations(changes)
    if violations:
        return ValidationFailed(tuple(violations))
    now = dependencies.clock.now()
    stored = {name: _normalised(name, value) for name, value in changes.items()}

    async def work(session: Session) -> User | VersionConflict:
        changed = await dependencies.users.change_user(user_id, expected_version, stored, session)
        if changed is None:
            current = await dependencies.users.user(user_id, session)
            if current is None:
                raise LookupError("a signed-in user is gone")
            return VersionConflict(current.version)
        # Which fields, not what was in them: the trail outlives the person's data.
        change = audit.Change(
            user_id,
            "user.profile-updated",
            now,
            user_id,
            before={"version": expected_version},
            after={"version": changed.version, "fields": sorted(stored)},
        )
        await audit.append(dependencies.mongo, change, session)
        await enqueue(dependencies.mongo, [profile_message(changed, now)], session)
        return changed

    return await dependencies.mongo.transaction(work)


def _violations(changes: Mapping[str, str | None]) -> list[Violation]:
    if not changes:
        return [Violation(("input",), "NOTHING", "nothing is to change")]
    violations: list[Violation] = []
    if "displayName" in changes:
        violations += check_display_name(("input", "displayName"), changes["displayName"] or "")
    if "region" in changes:
        violations += check_region(("input", "region"), _normalised("region", changes["region"]))
    if "timezone" in changes:
        violations += check_timezone(("input", "timezone"), changes["timezone"])
    return violations


def _normalised(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    return {"displayName": value.strip(), "region": value.upper()}.get(name, value)
