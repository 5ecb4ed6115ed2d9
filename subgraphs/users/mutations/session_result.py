"""What the mutations that begin or go on with a session share."""

from typing import Annotated

import strawberry

from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import Error, RateLimited
from subgraphs.users.operations import sessions
from subgraphs.users.types.sessions import Session


@strawberry.type
class LoginSuccess:
    """The user is signed in."""

    session: Session = strawberry.field(description="The new session, or its next pair of tokens.")


@strawberry.type
class InvalidCredentials(Error):
    """The address and the password, or the token, do not belong together. Which part is wrong is not told."""

    @classmethod
    def of(cls, _: sessions.InvalidCredentials) -> "InvalidCredentials":
        """Returns the GraphQL object for what the use case or the store gave."""
        return cls(code="INVALID_CREDENTIALS", message="these credentials are not right")


@strawberry.type
class AccountSuspended(Error):
    """The account is suspended: it cannot sign in until an admin lifts that."""

    @classmethod
    def of(cls, _: sessions.AccountSuspended) -> "AccountSuspended":
        """Returns the GraphQL object for what the use case or the store gave."""
        return cls(code="ACCOUNT_SUSPENDED", message="this account is suspended")


LoginResult = Annotated[
    LoginSuccess | InvalidCredentials | AccountSuspended | RateLimited,
    strawberry.union("LoginResult", description="What `login` answers."),
]
RefreshSessionResult = Annotated[
    LoginSuccess | InvalidCredentials | AccountSuspended | RateLimited,
    strawberry.union("RefreshSessionResult", description="What `refreshSession` answers."),
]


def session_result(
    outcome: sessions.SessionTokens | sessions.InvalidCredentials | sessions.AccountSuspended | results.RateLimited,
) -> LoginSuccess | InvalidCredentials | AccountSuspended | RateLimited:
    """The outcome as a member of the unions."""
    match outcome:
        case sessions.SessionTokens():
            return LoginSuccess(session=Session.of(outcome))
        case sessions.InvalidCredentials():
            return InvalidCredentials.of(outcome)
        case sessions.AccountSuspended():
            return AccountSuspended.of(outcome)
        case results.RateLimited():
            return RateLimited.of(outcome)
