"""What the mutations that begin or go on with a session share."""

from typing import Annotated

import strawberry

from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import Error, RateLimited
from subgraphs.users.operations.sessions import SignedIn, Suspended, WrongCredentials
from subgraphs.users.types.sessions import Session


@strawberry.type
class LoginSuccess:
    session: Session


@strawberry.type
class InvalidCredentials(Error):
    @classmethod
    def of(cls, _: WrongCredentials) -> "InvalidCredentials":
        return cls(code="INVALID_CREDENTIALS", message="these credentials are not right")


@strawberry.type
class AccountSuspended(Error):
    @classmethod
    def of(cls, _: Suspended) -> "AccountSuspended":
        return cls(code="ACCOUNT_SUSPENDED", message="this account is suspended")


LoginResult = Annotated[
    LoginSuccess | InvalidCredentials | AccountSuspended | RateLimited, strawberry.union("LoginResult")
]
RefreshSessionResult = Annotated[
    LoginSuccess | InvalidCredentials | AccountSuspended | RateLimited, strawberry.union("RefreshSessionResult")
]


def session_result(
    outcome: SignedIn | WrongCredentials | Suspended | results.RateLimited,
) -> LoginSuccess | InvalidCredentials | AccountSuspended | RateLimited:
    """The outcome as a member of the unions."""
    match outcome:
        case SignedIn():
            return LoginSuccess(session=Session.of(outcome))
        case WrongCredentials():
            return InvalidCredentials.of(outcome)
        case Suspended():
            return AccountSuspended.of(outcome)
        case results.RateLimited():
            return RateLimited.of(outcome)
