"""Every MongoDB query and index of users."""

from typing import Final

from subgraphs.runtime.audit import AUDIT
from subgraphs.runtime.messaging.outbox import INBOX, OUTBOX
from subgraphs.users.store.notifications import NOTIFICATIONS
from subgraphs.users.store.sessions import SESSIONS
from subgraphs.users.store.users import EMAILS, USERS

COLLECTIONS: Final = (USERS, EMAILS, SESSIONS, NOTIFICATIONS, AUDIT, OUTBOX, INBOX)
