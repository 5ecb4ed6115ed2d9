"""What a user can expect of claims on many offers: events is asked once, the store a fixed number of times."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from subgraphs.rewards.clients.events import EventsClient, Terms
from subgraphs.rewards.model.claimability import Claimability, Standing, judge
from subgraphs.rewards.model.offer import Offer, Stock
from subgraphs.rewards.model.period import period_key, resets_at
from subgraphs.rewards.model.reward import CouponReward, Reward
from subgraphs.rewards.store.codes import pools_with_free_codes
from subgraphs.rewards.store.request_lists import slots_held
from subgraphs.runtime.mongo import Database


async def claimability(
    events: EventsClient,
    database: Database,
    user_id: str,
    offers: Sequence[tuple[Offer, Stock, Reward]],
    now: datetime,
) -> dict[Offer, Claimability]:
    """By offer; those whose event is not there are left out. Raises SubgraphUnavailable."""
    known = await events.terms_of_events(sorted({offer.event_id for offer, _, _ in offers}), user_id)
    asked = [(offer, stock, reward, terms) for offer, stock, reward in offers if (terms := known[offer.event_id])]
    if not asked:
        return {}
    places = {offer.id: _period(offer, terms, now) for offer, _, _, terms in asked}
    held = await slots_held(database, user_id, places, now)
    coupons = sorted({reward.id for _, _, reward, _ in asked if isinstance(reward, CouponReward)})
    filled = await pools_with_free_codes(database, coupons) if coupons else frozenset()
    return {
        offer: judge(offer, stock, reward, _standing(offer, reward, terms, held, filled, now))
        for offer, stock, reward, terms in asked
    }


def _period(offer: Offer, terms: Terms, now: datetime) -> str:
    return period_key(offer.per_user.period, now, terms.timezone)


def _standing(
    offer: Offer, reward: Reward, terms: Terms, held: Mapping[str, int], filled: frozenset[str], now: datetime
) -> Standing:
    return Standing(
        is_open=terms.status == "ACTIVE",
        satisfied=terms.satisfied,
        held=held.get(offer.id, 0),
        resets_at=resets_at(offer.per_user.period, now, terms.timezone),
        has_code=reward.id in filled or not isinstance(reward, CouponReward),
    )
