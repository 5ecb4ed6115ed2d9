"""What the mutations that change a user share."""

import strawberry

from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict
from subgraphs.users.context import UsersContext
from subgraphs.users.operations.change_access import Changed
from subgraphs.users.store.users import user_tags
from subgraphs.users.types.users import User


@strawberry.type
class UserSuccess:
    """The change was made."""

    user: User = strawberry.field(description="The user as it now is.")


async def access_result(
    context: UsersContext, outcome: Changed
) -> UserSuccess | NotFound | ValidationFailed | VersionConflict:
    """What became of a change of somebody's access."""
    match outcome:
        case results.NotFound():
            return NotFound.of(outcome)
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.VersionConflict():
            return VersionConflict.of(outcome)
    await context.wrote(*user_tags(outcome.id))
    return UserSuccess(user=User.of(outcome))
