"""Every MongoDB query and index of rewards."""

from typing import Final

from subgraphs.rewards.store.badges import BADGES
from subgraphs.rewards.store.codes import CODES
from subgraphs.rewards.store.offers import OFFERS, STOCK
from subgraphs.rewards.store.requests import REQUESTS
from subgraphs.rewards.store.rewards import REWARDS
from subgraphs.rewards.store.stats import REFUSALS
from subgraphs.rewards.store.wallets import LEDGER, LOTS
from subgraphs.runtime.audit import AUDIT
from subgraphs.runtime.idempotency import IDEMPOTENCY
from subgraphs.runtime.messaging.outbox import INBOX, OUTBOX

COLLECTIONS: Final = (
    REWARDS,
    CODES,
    BADGES,
    OFFERS,
    STOCK,
    REQUESTS,
    REFUSALS,
    LEDGER,
    LOTS,
    IDEMPOTENCY,
    AUDIT,
    OUTBOX,
    INBOX,
)
