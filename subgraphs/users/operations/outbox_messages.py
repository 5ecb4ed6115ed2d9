"""The messages that users enqueues in its outbox, in the transaction of the change that they tell."""

from datetime import datetime

from subgraphs.runtime.messaging.outbox import Message, new_message
from subgraphs.users.model.session import NewSession
from subgraphs.users.model.user import User
from subgraphs.users.store.users import user_tags


def login_message(session: NewSession, now: datetime) -> Message:
    """Tells others that the user signed in."""
    payload = {"userId": session.user_id, "sessionId": session.id, "at": now}
    return new_message("users.login", session.user_id, payload, now)


def profile_message(user: User, now: datetime) -> Message:
    """Tells others what rules may ask of a user."""
    payload = {
        "userId": user.id,
        "region": user.region,
        "timezone": user.timezone,
        "createdAt": user.created_at,
        "version": user.version,
    }
    return new_message("users.profile", user.id, payload, now, tags=user_tags(user.id))
