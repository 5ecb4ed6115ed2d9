"""`recordActivities`."""

from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.operations.record_activities import record_activities as operation
from subgraphs.events.types.activities import ActivityInput
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import Atomicity, RateLimited, RowFailure, ValidationFailed


@strawberry.input
class RecordActivitiesInput:
    """1 to 1,000 rows."""

    rows: list[ActivityInput] = strawberry.field(description="The activities.")
    atomicity: Atomicity = strawberry.field(
        default=Atomicity.SKIP_FAILED, description="Whether one bad row refuses all."
    )


@strawberry.type
class RecordActivitiesSuccess:
    """What became of the rows."""

    accepted: int = strawberry.field(description="How many rows are new.")
    duplicates: int = strawberry.field(description="How many rows were there already, or came twice in this call.")
    failures: list[RowFailure] = strawberry.field(description="The refused rows, in order of their index.")


RecordActivitiesResult = Annotated[
    RecordActivitiesSuccess | ValidationFailed | RateLimited,
    strawberry.union("RecordActivitiesResult", description="What `recordActivities` answers."),
]


async def record_activities(
    info: EventsInfo, input: Annotated[RecordActivitiesInput, strawberry.argument(description="The rows.")]
) -> RecordActivitiesResult | None:
    """For trusted services and admins: records what users did, in bulk. Sending rows again changes nothing."""
    now = info.context.clock.now()
    outcome = await operation(
        info.context.dependencies,
        info.context.identity.id or "",
        [row.activity(now) for row in input.rows],
        all_or_nothing=input.atomicity is Atomicity.ALL_OR_NOTHING,
    )
    if isinstance(outcome, results.ValidationFailed):
        return ValidationFailed.of(outcome)
    if isinstance(outcome, results.RateLimited):
        return RateLimited.of(outcome)
    failures = [RowFailure(index=index, error=ValidationFailed.of(fault)) for index, fault in outcome.failures]
    return RecordActivitiesSuccess(accepted=outcome.accepted, duplicates=outcome.duplicates, failures=failures)
