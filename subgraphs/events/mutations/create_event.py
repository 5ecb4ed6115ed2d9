"""`createEvent`."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.model.draft import EventDraft
from subgraphs.events.model.event import Event
from subgraphs.events.mutations.event_success import EventSuccess, event_success
from subgraphs.events.operations.create_event import create_event as operation
from subgraphs.events.types.rules import RuleInput, to_draft
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, ValidationFailed
from subgraphs.runtime.graphql.unset import value_or_none


@strawberry.input
class CreateEventInput:
    name: str
    description: str = ""
    starts_at: datetime
    ends_at: datetime | None = strawberry.UNSET
    timezone: str = "UTC"
    tags: list[str] = strawberry.field(default_factory=list)
    image_url: str | None = strawberry.UNSET
    rule: RuleInput

    def draft(self) -> EventDraft:
        """What was asked for, unchecked."""
        return EventDraft(
            name=self.name,
            description=self.description,
            starts_at=self.starts_at,
            ends_at=self.ends_at or None,
            timezone=self.timezone,
            tags=tuple(self.tags),
            image_url=value_or_none(self.image_url),
            rule=to_draft(self.rule),
        )


CreateEventResult = Annotated[
    EventSuccess | ValidationFailed | IdempotencyConflict, strawberry.union("CreateEventResult")
]


async def create_event(info: EventsInfo, input: CreateEventInput, idempotency_key: str) -> CreateEventResult | None:
    context = info.context
    outcome = await operation(context.dependencies, context.identity.id or "", input.draft(), idempotency_key)
    match outcome:
        case Event():
            return await event_success(context, outcome)
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.IdempotencyConflict():
            return IdempotencyConflict.of(outcome)
