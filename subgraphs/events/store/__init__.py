"""Every MongoDB query and index of events."""

from typing import Final

from subgraphs.events.store.activities import ACTIVITIES
from subgraphs.events.store.events import EVENTS
from subgraphs.events.store.profiles import PROFILES
from subgraphs.runtime.audit import AUDIT
from subgraphs.runtime.idempotency import IDEMPOTENCY
from subgraphs.runtime.messaging.outbox import INBOX, OUTBOX

COLLECTIONS: Final = (EVENTS, ACTIVITIES, PROFILES, IDEMPOTENCY, AUDIT, OUTBOX, INBOX)
