"""`createEvent`."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.events.context import EventsInfo
from subgraphs.events.model.draft import EventDraft
from subgraphs.events.model.event import Event
from subgraphs.events.mutations.event_success import EventSuccess, event_success
from subgraphs.events.operations.create_event import create_event as operation
from subgraphs.events.types.rule_inputs import RuleInput, to_draft
from subgraphs.runtime import results
from subgraphs.runtime.graphql.arguments import IdempotencyKey
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, ValidationFailed
from subgraphs.runtime.graphql.unset import value_or_none


@strawberry.input
class CreateEventInput:
    """A new event, as a draft."""

    name: str = strawberry.field(description="1 to 120 printable characters.")
    description: str = strawberry.field(default="", description="At most 5,000 characters.")
    starts_at: datetime = strawberry.field(description="When the window opens, in the years 2000 to 2999.")
    ends_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When the window closes, after `startsAt`; null or left out means never."
    )
    timezone: str = strawberry.field(
        default="UTC", description="IANA name, as in Asia/Seoul; days and streaks of the rule are counted in it."
    )
    tags: list[str] = strawberry.field(
        default_factory=list,
        description="At most 20, each 1 to 40 printable characters; kept in lower case, each once.",
    )
    image_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="An https URL of at most 2,048 characters; null or left out means none."
    )
    rule: RuleInput = strawberry.field(description="What users must satisfy to claim.")

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
    EventSuccess | ValidationFailed | IdempotencyConflict,
    strawberry.union("CreateEventResult", description="What `createEvent` answers."),
]


async def create_event(
    info: EventsInfo,
    input: Annotated[CreateEventInput, strawberry.argument(description="The new event.")],
    idempotency_key: IdempotencyKey,
) -> CreateEventResult | None:
    """For operators and admins: creates an event as a draft, once for a key."""
    context = info.context
    outcome = await operation(context.dependencies, context.identity.id or "", input.draft(), idempotency_key)
    match outcome:
        case Event():
            return await event_success(context, outcome)
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.IdempotencyConflict():
            return IdempotencyConflict.of(outcome)
