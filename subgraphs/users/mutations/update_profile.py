"""`updateProfile`."""

from typing import Annotated

import strawberry

from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import ValidationFailed, VersionConflict
from subgraphs.runtime.graphql.unset import present_values
from subgraphs.users.context import UsersInfo
from subgraphs.users.mutations.user_success import UserSuccess
from subgraphs.users.operations.update_profile import update_profile as operation
from subgraphs.users.store.users import user_tags
from subgraphs.users.types.users import User


@strawberry.input
class UpdateProfileInput:
    display_name: str | None = strawberry.UNSET
    region: str | None = strawberry.UNSET
    timezone: str | None = strawberry.UNSET
    expected_version: int


UpdateProfileResult = Annotated[
    UserSuccess | ValidationFailed | VersionConflict, strawberry.union("UpdateProfileResult")
]


async def update_profile(info: UsersInfo, input: UpdateProfileInput) -> UpdateProfileResult | None:
    context = info.context
    asked = {"displayName": input.display_name, "region": input.region, "timezone": input.timezone}
    user_id = context.identity.user_id or ""
    outcome = await operation(context.dependencies, user_id, input.expected_version, present_values(asked))
    match outcome:
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.VersionConflict():
            return VersionConflict.of(outcome)
    await context.wrote(*user_tags(user_id))
    context.users_by_id.clear(user_id)
    return UserSuccess(user=User.of(outcome))
