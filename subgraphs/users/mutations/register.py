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
    email: str
    password: str
    display_name: str
    region: str | None = strawberry.UNSET
    timezone: str | None = strawberry.UNSET


@strawberry.type
class RegisterSuccess:
    session: Session


@strawberry.type
class EmailTaken(Error):
    pass


RegisterResult = Annotated[
    RegisterSuccess | EmailTaken | ValidationFailed | RateLimited, strawberry.union("RegisterResult")
]


async def register(info: UsersInfo, input: RegisterInput) -> RegisterResult | None:
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
