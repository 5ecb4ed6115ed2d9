"""The messages that rewards enqueues in its outbox, in the transaction of the change that they tell."""

from datetime import datetime

from subgraphs.rewards.model.offer import Offer
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.reward import Reward
from subgraphs.rewards.store.offers import offer_tags
from subgraphs.rewards.store.rewards import reward_tags
from subgraphs.runtime.messaging.outbox import Message, new_message


def reward_message(reward: Reward, at: datetime) -> Message:
    """The reward is new, or is described otherwise."""
    return new_message(
        "rewards.reward", reward.id, {"rewardId": reward.id, "version": reward.version}, at, tags=reward_tags(reward.id)
    )


def offer_message(offer: Offer, at: datetime) -> Message:
    """The offer is new, or holds otherwise."""
    payload = {
        "offerId": offer.id,
        "eventId": offer.event_id,
        "rewardId": offer.reward_id,
        "enabled": offer.enabled,
        "version": offer.version,
    }
    return new_message("rewards.offer", offer.event_id, payload, at, tags=offer_tags(offer.id))


def request_message(request: RewardRequest, at: datetime) -> Message:
    """The message that a request is new, or has another status."""
    payload = {
        "requestId": request.id,
        "userId": request.user_id,
        "offerId": request.offer_id,
        "eventId": request.event_id,
        "status": request.status.value,
    }
    return new_message("rewards.request", request.user_id, payload, at)
