"""`updateEvent`."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.mutations.event_success import EventSuccess, IllegalTransition
from subgraphs.events.types.rules import RuleInput
from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict


@strawberry.input(description="Absent keeps, null clears where a field can be null.")
class UpdateEventInput:
    id: strawberry.ID
    expected_version: int
    name: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    starts_at: datetime | None = strawberry.UNSET
    ends_at: datetime | None = strawberry.UNSET
    timezone: str | None = strawberry.UNSET
    tags: list[str] | None = strawberry.UNSET
    image_url: str | None = strawberry.UNSET
    rule: RuleInput | None = strawberry.UNSET


UpdateEventResult = Annotated[
    EventSuccess | NotFound | ValidationFailed | VersionConflict | IllegalTransition,
    strawberry.union("UpdateEventResult"),
]


async def update_event(info: EventsInfo, input: UpdateEventInput) -> UpdateEventResult | None:
    return None
