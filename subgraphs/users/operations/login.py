"""Log in: an address and a password for a session."""

from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import RateLimited
from subgraphs.users.model.session import new_session
from subgraphs.users.model.user import MAX_PASSWORD, UserStatus, normalise_email
from subgraphs.users.operations.dependencies import Dependencies
from subgraphs.users.operations.outbox_messages import login_message
from subgraphs.users.operations.sessions import AccountSuspended, InvalidCredentials, SessionTokens, signed_in


async def login(
    dependencies: Dependencies, email: str, password: str, origin: str | None
) -> SessionTokens | InvalidCredentials | AccountSuspended | RateLimited:
    """An unknown address and a wrong password get one answer, after the same work. `origin` is the network address."""
    address = normalise_email(email)
    if len(password) > MAX_PASSWORD:
        return InvalidCredentials()
    account = address or email
    limited = await dependencies.rate_limits.login(account, origin)
    if limited is not None:
        return limited
    found = await dependencies.users.credentials(address) if address else None
    encoded = found[1] if found else None
    if not await dependencies.passwords.verify(encoded, password) or found is None or encoded is None:
        return InvalidCredentials()
    await dependencies.rate_limits.logged_in(account)
    user = found[0]
    if user.status is UserStatus.SUSPENDED:
        return AccountSuspended()
    if dependencies.passwords.is_outdated(encoded):
        successor = await dependencies.passwords.hash(password)
        if not await dependencies.users.replace_password_hash(user.id, encoded, successor):
            return InvalidCredentials()
        encoded = successor
    now = dependencies.clock.now()
    session = new_session(user.id, now)
    proved = encoded

    async def work(transaction: Session) -> bool:
        # A write, so that a change of the password or a suspension at the same time is met and not missed.
        if not await dependencies.users.note_login(user.id, proved, now, transaction):
            return False
        await dependencies.sessions.insert_session(session, now, transaction)
        await enqueue(dependencies.mongo, [login_message(session, now)], transaction)
        return True

    return (
        signed_in(dependencies, user, session, now)
        if await dependencies.mongo.transaction(work)
        else InvalidCredentials()
    )
