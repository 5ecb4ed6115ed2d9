"""Mark notifications as read."""

from collections.abc import Sequence

from subgraphs.runtime.results import ValidationFailed, Violation
from subgraphs.users.model.notification import MAX_MARKED
from subgraphs.users.operations.dependencies import Dependencies


async def mark_notifications_read(
    dependencies: Dependencies, user_id: str, ids: Sequence[str]
) -> ValidationFailed | None:
    """Marks the user's own among the ids; those of others are as if they were not there."""
    if not 1 <= len(ids) <= MAX_MARKED:
        return ValidationFailed((Violation(("input", "ids"), "IDS", f"a call carries 1 to {MAX_MARKED} ids"),))
    await dependencies.inbox.mark_read(user_id, ids, dependencies.clock.now())
    return None
