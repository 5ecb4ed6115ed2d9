"""`markNotificationsRead`."""

from typing import Annotated

import strawberry

from subgraphs.runtime.graphql.refusals import ValidationFailed
from subgraphs.users.context import UsersInfo
from subgraphs.users.operations.mark_notifications_read import mark_notifications_read as operation
from subgraphs.users.types.users import User


@strawberry.input
class MarkNotificationsReadInput:
    """Which notifications were read."""

    ids: list[strawberry.ID] = strawberry.field(
        description="1 to 100 ids of notifications; those of other users are ignored."
    )


@strawberry.type
class MarkNotificationsReadSuccess:
    """The notifications are marked as read."""

    user: User = strawberry.field(description="The signed-in user, with the inbox as it now is.")


MarkNotificationsReadResult = Annotated[
    MarkNotificationsReadSuccess | ValidationFailed,
    strawberry.union("MarkNotificationsReadResult", description="What `markNotificationsRead` answers."),
]


async def mark_notifications_read(
    info: UsersInfo,
    input: Annotated[MarkNotificationsReadInput, strawberry.argument(description="Which notifications.")],
) -> MarkNotificationsReadResult | None:
    """Marks notifications of the signed-in user as read."""
    context = info.context
    user_id = context.identity.user_id or ""
    refused = await operation(context.dependencies, user_id, input.ids)
    if refused is not None:
        return ValidationFailed.of(refused)
    await context.read_your_writes.mark_written()
    user = await context.users_by_id.load(user_id)
    if user is None:
        raise LookupError("a signed-in user is gone")
    return MarkNotificationsReadSuccess(user=User.of(user))
