"""Where the local stack's things go when no ITEM_DELIVERY_URL is set: nowhere, and the log says so."""

import structlog

from subgraphs.rewards.clients.item_delivery import Answer, Order

log = structlog.get_logger("deliveries")


class AcceptsAll:
    """Takes every order and hands out nothing. For this machine only."""

    async def deliver(self, order: Order) -> Answer:
        """Says that every order was taken, and delivers nothing."""
        log.warning(
            "no ITEM_DELIVERY_URL is set: the thing counts as delivered, and nobody got it",
            request_id=order.request_id,
            sku=order.sku,
            quantity=order.quantity,
        )
        return Answer.TAKEN
