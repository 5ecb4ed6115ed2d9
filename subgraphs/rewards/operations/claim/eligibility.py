"""The refusals that follow from the event and from what the user did, before anything of the offer is looked at."""

from datetime import datetime

from subgraphs.rewards.clients.events import EventsClient, Terms
from subgraphs.rewards.model.offer import event_of_offer
from subgraphs.rewards.operations.claim.results import ConditionsNotMet, EventNotOpen
from subgraphs.runtime.results import NotFound

_HIDDEN = ("DRAFT", "ARCHIVED")


async def eligible_terms(
    events: EventsClient, user_id: str, offer_id: str, now: datetime
) -> Terms | NotFound | EventNotOpen | ConditionsNotMet:
    """Returns the event's terms when the user may claim the offer at `now`, else the refusal.

    Raises SubgraphUnavailable when the events subgraph does not answer in time: no answer is never a yes.
    """
    event_id = event_of_offer(offer_id)
    terms = await events.terms(event_id, user_id)
    if terms is None or terms.status in _HIDDEN:
        return NotFound(offer_id)
    if terms.status != "ACTIVE":
        opens_at = terms.starts_at if terms.status == "SCHEDULED" else None
        has_closed = terms.status == "ENDED" and terms.ends_at is not None and terms.ends_at <= now
        return EventNotOpen(opens_at, terms.ends_at if has_closed else None)
    if not terms.satisfied:
        return ConditionsNotMet(event_id, terms.unmet_conditions)
    return terms
