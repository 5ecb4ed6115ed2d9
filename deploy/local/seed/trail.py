"""How the audit trail of what is seeded begins."""

from collections.abc import Iterable, Iterator

from subgraphs.rewards.model.offer import Offer, Stock
from subgraphs.rewards.model.reward import PointReward
from subgraphs.rewards.store.offers import offer_document, stock_document
from subgraphs.rewards.store.rewards import reward_document
from subgraphs.runtime import audit
from subgraphs.runtime.mongo import Document


def made_by(
    creator: str, rewards: Iterable[PointReward], offered: Iterable[tuple[Offer, Stock, PointReward]]
) -> Iterator[Document]:
    """The first entry of each reward and offer, as if `creator` had made it through the API."""
    for reward in rewards:
        after = reward_document(reward)
        yield audit.entry(audit.Change(reward.id, "reward.created", reward.created_at, creator, after=after), None)
    for offer, stock, _ in offered:
        after = {**offer_document(offer), "stock": stock_document(stock)}
        yield audit.entry(audit.Change(offer.id, "offer.created", offer.created_at, creator, after=after), None)
