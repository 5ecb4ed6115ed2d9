"""What the mutations that change a user share."""

import strawberry

from subgraphs.users.types import User


@strawberry.type
class UserSuccess:
    user: User
