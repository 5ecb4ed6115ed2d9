"""`register`."""

from typing import Annotated

import strawberry

from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import Error, RateLimited, ValidationFailed
from subgraphs.users.context import UsersInfo
from subgraphs.users.operations import register as operation
from subgraphs.users.operations import sessions
from subgraphs.users.store.users import user_tags
from subgraphs.users.types.sessions import Session


@strawberry.input
class RegisterInput:
    """A new account."""

    email: str = strawberry.field(description="An e-mail address; unique over all accounts, whatever its case.")
    password: str = strawberry.field(
        description="10 to 128 characters; not a common one, and neither the name nor the address."
    )
    display_name: str = strawberry.field(description="The name that others see: 1 to 50 printable characters.")
    region: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="ISO 3166-1 alpha-2 in capitals, as in KR; null or left out means unknown.",
    )
    timezone: str | None = strawberry.field(
        default=strawberry.UNSET, description="IANA name, as in Asia/Seoul; null or left out means UTC."
    )


@strawberry.type
class RegisterSuccess:
    """The account exists and is signed in."""

    session: Session = strawberry.field(description="The account's first session.")


@strawberry.type
class EmailTaken(Error):
    """An account with this address exists already."""


RegisterResult = Annotated[
    RegisterSuccess | EmailTaken | ValidationFailed | RateLimited,
    strawberry.union("RegisterResult", description="What `register` answers."),
]


async def register(
    info: UsersInfo, input: Annotated[RegisterInput, strawberry.argument(description="The new account.")]
) -> RegisterResult | None:
    """Creates an account and signs it in. Limited by account and network address."""
    wanted = operation.Registration(
        email=input.email,
        password=input.password,
        display_name=input.display_name,
        region=input.region or None,
        timezone=input.timezone or None,
    )
    outcome = await operation.register(info.context.dependencies, wanted, info.context.address)
    match outcome:
        case sessions.SessionTokens():
            user_id = outcome.user.id
            await info.context.wrote(*user_tags(user_id), writer_id=user_id)
            return RegisterSuccess(session=Session.of(outcome))
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.RateLimited():
            return RateLimited.of(outcome)
        case operation.EmailTaken():
            return EmailTaken(code="EMAIL_TAKEN", message="there is an account with this address")
