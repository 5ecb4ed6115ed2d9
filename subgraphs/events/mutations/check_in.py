"""`checkIn`."""

from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.types.activities import Activity
from subgraphs.runtime.graphql.refusals import RateLimited, ValidationFailed


@strawberry.type
class CheckInSuccess:
    activity: Activity
    is_new: bool = strawberry.field(description="False when today's check-in was there already.")


CheckInResult = Annotated[CheckInSuccess | ValidationFailed | RateLimited, strawberry.union("CheckInResult")]


async def check_in(info: EventsInfo) -> CheckInResult | None:
    return None
