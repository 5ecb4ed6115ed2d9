"""`markNotificationsRead`."""

from typing import Annotated

import strawberry

from subgraphs.runtime.graphql.refusals import ValidationFailed
from subgraphs.users.context import UsersInfo
from subgraphs.users.operations.mark_notifications_read import mark_notifications_read as operation
from subgraphs.users.types.users import User


@strawberry.input(description="1 to 100 ids; those of others are as if they were not there.")
class MarkNotificationsReadInput:
    ids: list[strawberry.ID]


@strawberry.type
class MarkNotificationsReadSuccess:
    user: User


MarkNotificationsReadResult = Annotated[
    MarkNotificationsReadSuccess | ValidationFailed, strawberry.union("MarkNotificationsReadResult")
]


async def mark_notifications_read(
    info: UsersInfo, input: MarkNotificationsReadInput
) -> MarkNotificationsReadResult | None:
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
