"""`checkIn`."""

from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.operations.check_in import check_in as operation
from subgraphs.events.types.activities import Activity
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import RateLimited, ValidationFailed


@strawberry.type
class CheckInSuccess:
    """The user is checked in for today."""

    activity: Activity = strawberry.field(description="Today's ATTENDANCE activity.")
    is_new: bool = strawberry.field(description="False when today's check-in was there already.")


CheckInResult = Annotated[
    CheckInSuccess | ValidationFailed | RateLimited,
    strawberry.union("CheckInResult", description="What `checkIn` answers."),
]


async def check_in(info: EventsInfo) -> CheckInResult | None:
    """The signed-in user is here today: one ATTENDANCE activity a day in the user's own time zone.

    A change of zone gives no second one within 20 hours.
    """
    context = info.context
    outcome = await operation(context.dependencies, context.identity.user_id or "")
    match outcome:
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.RateLimited():
            return RateLimited.of(outcome)
    await context.read_your_writes.mark_written()
    return CheckInSuccess(activity=Activity.of(outcome.activity), is_new=outcome.is_new)
