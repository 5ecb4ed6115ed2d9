"""Check in: the user is here today."""

from dataclasses import dataclass

from subgraphs.events.model.activity import CHECK_INS, Activity
from subgraphs.events.model.check_in import next_check_in
from subgraphs.events.model.rule import ActivityType
from subgraphs.events.operations.dependencies import Dependencies
from subgraphs.events.store.activities import activity, record
from subgraphs.events.store.profiles import last_check_in, set_last_check_in
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import RateLimited, ValidationFailed, Violation

# Of who has not said where they are.
DEFAULT_TIMEZONE = "UTC"


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """The activity that stands for today; `is_new` if this call made it."""

    activity: Activity
    is_new: bool


async def check_in(dependencies: Dependencies, user_id: str) -> CheckedIn | ValidationFailed | RateLimited:
    """One ATTENDANCE a day of the user's zone, however many calls there are at once.

    Raises SubgraphUnavailable when the user's zone could not be told.
    """
    limited = await dependencies.rate_limits.check_in(user_id)
    if limited is not None:
        return limited
    profile = await dependencies.profiles.one(user_id)
    if profile is None:
        return ValidationFailed((Violation((), "NO_ACCOUNT", "there is no account to check in for"),))
    timezone = profile.timezone or DEFAULT_TIMEZONE
    now = dependencies.clock.now()

    async def work(session: Session) -> CheckedIn:
        last = await last_check_in(dependencies.mongo, user_id, session)
        following = next_check_in(last, timezone, now)
        if following is None and last is not None:
            return CheckedIn(
                await activity(dependencies.mongo.write, user_id, CHECK_INS, last.day, session), is_new=False
            )
        if following is None:
            raise LookupError("a first check-in was refused")
        await set_last_check_in(dependencies.mongo, user_id, following, session)
        made = Activity(
            user_id=user_id,
            type=ActivityType.ATTENDANCE,
            name=None,
            occurred_at=now,
            received_at=now,
            source=CHECK_INS,
            external_id=following.day,
        )
        await record(dependencies.mongo, [made], session)
        return CheckedIn(made, is_new=True)

    return await dependencies.mongo.transaction(work)
