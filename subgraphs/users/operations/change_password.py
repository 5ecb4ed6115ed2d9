"""Change a password: the old one proves who asks, and every other session ends."""

from subgraphs.runtime import audit
from subgraphs.runtime.ids import random_id
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import RateLimited, ValidationFailed, Violation
from subgraphs.users.model.notification import of_password
from subgraphs.users.model.user import MAX_PASSWORD, User, check_password
from subgraphs.users.operations.dependencies import Dependencies
from subgraphs.users.operations.sessions import InvalidCredentials

_NEW = ("input", "newPassword")


async def change_password(
    dependencies: Dependencies, user_id: str, session_id: str | None, current: str, new: str
) -> User | InvalidCredentials | ValidationFailed | RateLimited:
    """Of many calls with one old password, one changes it.

    `session_id` is the session that goes on; without one, all end. Raises LookupError when there is no such user.
    """
    limited = await dependencies.rate_limits.change_password(user_id)
    if limited is not None:
        return limited
    found = await dependencies.users.password_hash(user_id)
    if found is None:
        raise LookupError("a signed-in user is gone")
    user, encoded = found
    if len(current) > MAX_PASSWORD or not await dependencies.passwords.verify(encoded, current):
        return InvalidCredentials()
    violations = check_password(_NEW, new, user.email or "", user.display_name or "")
    if new == current:
        violations.append(Violation(_NEW, "PASSWORD_SAME", "this is the password that is to change"))
    if violations:
        return ValidationFailed(tuple(violations))
    successor = await dependencies.passwords.hash(new)
    now = dependencies.clock.now()
    message_id = random_id()

    async def work(session: Session) -> User | InvalidCredentials:
        if not await dependencies.users.replace_password_hash(user_id, encoded, successor, session):
            return InvalidCredentials()
        await dependencies.sessions.end_all_sessions(user_id, except_id=session_id, session=session)
        await audit.append(dependencies.mongo, audit.Change(user_id, "user.password-changed", now, user_id), session)
        await dependencies.inbox.put(of_password(user_id, message_id, now), session)
        return user

    return await dependencies.mongo.transaction(work)
