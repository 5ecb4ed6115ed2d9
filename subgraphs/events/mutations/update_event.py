"""`updateEvent`."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.model.event import Event
from subgraphs.events.model.update import EventUpdate
from subgraphs.events.mutations.event_success import EventSuccess, IllegalTransition, event_success
from subgraphs.events.operations import transition_event as transitions
from subgraphs.events.operations.update_event import update_event as operation
from subgraphs.events.types.rules import RuleInput, to_draft
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict, change_refused
from subgraphs.runtime.graphql.unset import present_values


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

    def change(self) -> EventUpdate:
        """What was asked for, unchecked."""
        fields = {
            "name": self.name,
            "description": self.description,
            "startsAt": self.starts_at,
            "endsAt": self.ends_at,
            "timezone": self.timezone,
            "tags": self.tags,
            "imageUrl": self.image_url,
            "rule": to_draft(self.rule) if isinstance(self.rule, RuleInput) else self.rule,
        }
        return EventUpdate(self.id, self.expected_version, present_values(fields))


UpdateEventResult = Annotated[
    EventSuccess | NotFound | ValidationFailed | VersionConflict | IllegalTransition,
    strawberry.union("UpdateEventResult"),
]


async def update_event(info: EventsInfo, input: UpdateEventInput) -> UpdateEventResult | None:
    context = info.context
    outcome = await operation(context.dependencies, context.identity.id or "", input.change())
    match outcome:
        case Event():
            return await event_success(context, outcome)
        case results.NotFound() | results.ValidationFailed() | results.VersionConflict():
            return change_refused(outcome)
        case transitions.IllegalTransition():
            return IllegalTransition.of(outcome)
