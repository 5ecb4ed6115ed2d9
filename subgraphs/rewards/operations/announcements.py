"""What other parts are told when offers and rewards change."""

from datetime import datetime

from subgraphs.rewards.model.offer import Offer
from subgraphs.rewards.model.reward import Reward
from subgraphs.runtime.outbox import Message, message


def reward_message(reward: Reward, at: datetime) -> Message:
    """The reward is new, or is described otherwise."""
    return message("rewards.reward", reward.id, {"rewardId": reward.id, "version": reward.version}, at)


def offer_message(offer: Offer, at: datetime) -> Message:
    """The offer is new, or holds otherwise."""
    payload = {
        "offerId": offer.id,
        "eventId": offer.event_id,
        "rewardId": offer.reward_id,
        "enabled": offer.enabled,
        "version": offer.version,
    }
    return message("rewards.offer", offer.event_id, payload, at)
