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
    """Changes of a profile. A field that is left out keeps its value; null clears it where it can be null."""

    display_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="1 to 50 printable characters; cannot be cleared."
    )
    region: str | None = strawberry.field(
        default=strawberry.UNSET, description="ISO 3166-1 alpha-2 in capitals, as in KR; null clears it."
    )
    timezone: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="IANA name, as in Asia/Seoul; null clears it, and days are counted in UTC.",
    )
    expected_version: int = strawberry.field(
        description="The user's `version` when it was read; when another stands, nothing is changed."
    )


UpdateProfileResult = Annotated[
    UserSuccess | ValidationFailed | VersionConflict,
    strawberry.union("UpdateProfileResult", description="What `updateProfile` answers."),
]


async def update_profile(
    info: UsersInfo,
    input: Annotated[
        UpdateProfileInput, strawberry.argument(description="The changes, and the version that they are based on.")
    ],
) -> UpdateProfileResult | None:
    """Changes the signed-in user's profile."""
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
