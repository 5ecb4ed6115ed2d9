"""Log in: an address and a password for a session."""

from subgraphs.runtime.mongo import Session
from subgraphs.runtime.outbox import post
from subgraphs.users.model import MAX_PASSWORD, UserStatus, new_session, normalise_email
from subgraphs.users.operations.sessions import SignedIn, Suspended, Tools, WrongCredentials, login_message, signed_in


async def login(tools: Tools, email: str, password: str) -> SignedIn | WrongCredentials | Suspended:
    """An unknown address and a wrong password get one answer, after the same work."""
    address = normalise_email(email)
    if len(password) > MAX_PASSWORD:
        return WrongCredentials()
    found = await tools.store.credentials(address) if address else None
    encoded = found[1] if found else None
    if not await tools.passwords.verify(encoded, password) or found is None or encoded is None:
        return WrongCredentials()
    user = found[0]
    if user.status is UserStatus.SUSPENDED:
        return Suspended()
    if tools.passwords.is_outdated(encoded):
        await tools.store.replace_password_hash(user.id, encoded, await tools.passwords.hash(password))
    now = tools.clock.now()
    session = new_session(user.id, now)

    async def work(transaction: Session) -> None:
        await tools.store.insert_session(session, now, transaction)
        await post(tools.mongo, [login_message(session, now)], transaction)

    await tools.mongo.transaction(work)
    return signed_in(tools, user, session.refresh_token, session.expires_at, now)
