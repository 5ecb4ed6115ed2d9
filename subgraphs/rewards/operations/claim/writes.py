"""Writes the requests of a group of claims.

What they hand over, themselves, their audit, the messages, and last the stock.
"""

from collections.abc import Sequence

from subgraphs.rewards.model.offer import Stock
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.reward import Reward
from subgraphs.rewards.model.transitions import Effect
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.fulfilment import fulfil
from subgraphs.rewards.operations.outbox_messages import request_message
from subgraphs.rewards.operations.stock_units import move_units
from subgraphs.runtime import audit
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Session


async def write_requests(
    stores: Stores, effect: Effect, reward: Reward, stock: Stock, requests: Sequence[RewardRequest], session: Session
) -> list[RewardRequest]:
    """Writes new requests of one offer in the transaction of `session` and returns them with their grants.

    Raises CodePoolExhausted when a coupon's pool has too few codes, Conflict when the stock has changed, and
    DuplicateKeyError when another process took a slot or a key.
    """
    at = max(request.created_at for request in requests)
    written = await fulfil(stores, effect.fulfilment, reward, requests, at, session)
    await stores.requests.insert(written, session)
    await audit.append_first(stores.mongo, [_audit_change(request) for request in written], session)
    await enqueue(stores.mongo, [request_message(request, request.created_at) for request in written], session)
    # The hottest document comes last, so that it is held for the shortest time.
    await move_units(stores, effect, reward, stock, len(written), session)
    return written


def _audit_change(request: RewardRequest) -> audit.Change:
    after = {"status": request.status.value, "offerId": request.offer_id, "rewardId": request.reward_id}
    return audit.Change(request.id, "request.claimed", request.created_at, request.user_id, after=after)
