"""Register: an account and its first session, in one transaction."""

from dataclasses import dataclass

from subgraphs.runtime import audit
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import RateLimited, ValidationFailed, Violation
from subgraphs.users.model.session import new_session
from subgraphs.users.model.user import (
    Role,
    User,
    UserStatus,
    check_display_name,
    check_password,
    check_region,
    check_timezone,
    new_user_id,
    normalise_email,
)
from subgraphs.users.operations.dependencies import Dependencies
from subgraphs.users.operations.outbox_messages import login_message, profile_message
from subgraphs.users.operations.sessions import SessionTokens, signed_in
from subgraphs.users.store.users import EmailExists


@dataclass(frozen=True, slots=True)
class Registration:
    """A new account as asked for, unchecked."""

    email: str
    password: str
    display_name: str
    region: str | None
    timezone: str | None


@dataclass(frozen=True, slots=True)
class EmailTaken:
    """Somebody has an account with this address."""


async def register(
    dependencies: Dependencies, wanted: Registration, origin: str | None
) -> SessionTokens | EmailTaken | ValidationFailed | RateLimited:
    """Makes the account. Of several calls with one e-mail address, one wins. `origin` is the network address."""
    address = normalise_email(wanted.email)
    violations = _violations(wanted, address)
    if violations or address is None:
        return ValidationFailed(tuple(violations))
    limited = await dependencies.rate_limits.register(address, origin)
    if limited is not None:
        return limited
    # Saves the hashing when it would be in vain; the unique id decides.
    if await dependencies.users.email_exists(address):
        return EmailTaken()
    password_hash = await dependencies.passwords.hash(wanted.password)
    now = dependencies.clock.now()
    region = wanted.region.upper() if wanted.region else None
    user = User(
        id=new_user_id(region),
        display_name=wanted.display_name.strip(),
        email=address,
        roles=frozenset({Role.USER}),
        status=UserStatus.ACTIVE,
        region=region,
        timezone=wanted.timezone,
        created_at=now,
        version=1,
    )
    session = new_session(user.id, now)

    async def work(transaction: Session) -> None:
        await dependencies.users.insert_user(user, address, password_hash, transaction)
        await dependencies.sessions.insert_session(session, now, transaction)
        await audit.append_first(
            dependencies.mongo,
            [audit.Change(user.id, "user.registered", now, user.id, after={"roles": sorted(user.roles)})],
            transaction,
        )
        await enqueue(dependencies.mongo, [profile_message(user, now), login_message(session, now)], transaction)

    try:
        await dependencies.mongo.transaction(work)
    except EmailExists:
        return EmailTaken()
    return signed_in(dependencies, user, session, now)


def _violations(wanted: Registration, address: str | None) -> list[Violation]:
    violations = []
    if address is None:
        violations.append(Violation(("input", "email"), "EMAIL", "this is not an e-mail address"))
    violations += check_password(
        ("input", "password"), wanted.password, wanted.email.strip(), address or "", wanted.display_name.strip()
    )
    violations += check_display_name(("input", "displayName"), wanted.display_name)
    violations += check_region(("input", "region"), wanted.region.upper() if wanted.region is not None else None)
    violations += check_timezone(("input", "timezone"), wanted.timezone)
    return violations
