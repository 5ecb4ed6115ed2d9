"""Every MongoDB query and index of rewards."""

from typing import Final

from subgraphs.rewards.store.offers import OFFERS, REWARDS, STOCK
from subgraphs.rewards.store.requests import REQUESTS
from subgraphs.rewards.store.wallets import LEDGER, LOTS
from subgraphs.runtime.audit import AUDIT
from subgraphs.runtime.idempotency import IDEMPOTENCY
from subgraphs.runtime.outbox import INBOX, OUTBOX

COLLECTIONS: Final = (REWARDS, OFFERS, STOCK, REQUESTS, LEDGER, LOTS, IDEMPOTENCY, AUDIT, OUTBOX, INBOX)
