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
from subgraphs.events.types.rule_inputs import RuleInput, to_draft
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict, change_refused
from subgraphs.runtime.graphql.unset import present_values


@strawberry.input
class UpdateEventInput:
    """Changes of an event. A field that is left out keeps its value; null clears it where it can be null."""

    id: strawberry.ID = strawberry.field(description="The event.")
    expected_version: int = strawberry.field(
        description="The event's `version` when it was read; when another stands, nothing is changed."
    )
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="1 to 120 printable characters; cannot be cleared."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="At most 5,000 characters; cannot be null."
    )
    starts_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When the window opens; only before the event is ACTIVE."
    )
    ends_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description=("When the window closes, after `startsAt`; null means never. Not once the event has ended."),
    )
    timezone: str | None = strawberry.field(
        default=strawberry.UNSET, description="IANA name; only before the event is ACTIVE."
    )
    tags: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="At most 20, each 1 to 40 printable characters; replaces all."
    )
    image_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="An https URL of at most 2,048 characters; null clears it."
    )
    rule: RuleInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="The new rule, under the next `ruleVersion`; not once the event has ended.",
    )

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
    strawberry.union("UpdateEventResult", description="What `updateEvent` answers."),
]


async def update_event(
    info: EventsInfo,
    input: Annotated[
        UpdateEventInput, strawberry.argument(description="The changes, and the version that they are based on.")
    ],
) -> UpdateEventResult | None:
    """For operators and admins: changes what the event's status allows to change."""
    context = info.context
    outcome = await operation(context.dependencies, context.identity.id or "", input.change())
    match outcome:
        case Event():
            return await event_success(context, outcome)
        case results.NotFound() | results.ValidationFailed() | results.VersionConflict():
            return change_refused(outcome)
        case transitions.IllegalTransition():
            return IllegalTransition.of(outcome)
