"""`markNotificationsRead`."""

from typing import Annotated

import strawberry

from subgraphs.runtime.graphql.refusals import ValidationFailed
from subgraphs.users.context import UsersInfo
from subgraphs.users.types import User


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
    return None
