"""What events says of a claim: the event's status and window, and whether the user satisfies its rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from subgraphs.rewards.batching import KeyedBatcher
from subgraphs.runtime.clients.subgraph import SubgraphClient, SubgraphUnavailable

MAX_USERS: Final = 500
MAX_EVENTS: Final = 100
_ELIGIBILITY: Final = """
query Eligibility($of: [_Any!]!, $userIds: [ID!]!) {
  _entities(representations: $of) {
    ... on Event {
      status startsAt endsAt timezone
      eligibility(userIds: $userIds) { satisfied conditions { satisfied condition { id } } }
    }
  }
}
"""
_KNOWN: Final = "query Known($of: [_Any!]!) { _entities(representations: $of) { ... on Event { id } } }"
_TIMEZONES: Final = "query Zones($of: [_Any!]!) { _entities(representations: $of) { ... on Event { timezone } } }"


@dataclass(frozen=True, slots=True)
class Terms:
    """The event at the moment of asking. `satisfied` is about one user."""

    status: str
    starts_at: datetime
    ends_at: datetime | None
    timezone: str
    satisfied: bool
    unmet_conditions: tuple[str, ...]


class EventsClient:
    """Asks events directly, as a service. Questions about one event that come together are asked together."""

    def __init__(self, url: str, service_token: str, *, timeout_seconds: float, http: httpx.AsyncClient) -> None:
        self._peer = SubgraphClient(url, service_token, timeout_seconds=timeout_seconds, http=http)
        self._batcher: KeyedBatcher[str, str, Terms | None] = KeyedBatcher(self._ask_all, max_batch=MAX_USERS)

    async def terms(self, event_id: str, user_id: str) -> Terms | None:
        """The terms for this user, or None when there is no such event. Raises SubgraphUnavailable."""
        return await self._batcher.submit(event_id, user_id)

    async def terms_of_events(self, event_ids: Sequence[str], user_id: str) -> dict[str, Terms | None]:
        """The terms of each event for this user, None where there is no such event; asked together.

        Raises SubgraphUnavailable.
        """
        terms: dict[str, Terms | None] = {}
        for event_id, event in (await self._entities(_ELIGIBILITY, event_ids, {"userIds": [user_id]})).items():
            terms[event_id] = None if event is None else _terms(event, *_answers(event, 1))
        return terms

    async def timezones(self, event_ids: Sequence[str]) -> dict[str, str]:
        """The time zone of each event that there is. Raises SubgraphUnavailable."""
        events = await self._entities(_TIMEZONES, event_ids, {})
        return {event_id: event["timezone"] for event_id, event in events.items() if event is not None}

    async def knows(self, event_id: str) -> bool:
        """Whether there is such an event. Raises SubgraphUnavailable."""
        return (await self._entities(_KNOWN, [event_id], {}))[event_id] is not None

    async def close(self) -> None:
        """Closes the connections."""
        await self._peer.close()

    async def _ask_all(self, event_id: str, user_ids: Sequence[str]) -> list[Terms | Exception | None]:
        distinct = list(dict.fromkeys(user_ids))
        event = (await self._entities(_ELIGIBILITY, [event_id], {"userIds": distinct}))[event_id]
        if event is None:
            return [None] * len(user_ids)
        by_user = dict(zip(distinct, _answers(event, len(distinct)), strict=True))
        return [_terms(event, by_user[user_id]) for user_id in user_ids]

    async def _entities(
        self, query: str, event_ids: Sequence[str], variables: Mapping[str, Any]
    ) -> dict[str, dict[str, Any] | None]:
        found: dict[str, dict[str, Any] | None] = {}
        for first in range(0, len(event_ids), MAX_EVENTS):
            asked = event_ids[first : first + MAX_EVENTS]
            found |= zip(asked, await self._peer.entities(query, "Event", asked, variables), strict=True)
        return found


def _answers(event: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    answers = event.get("eligibility")
    if not isinstance(answers, list) or len(answers) != count or None in answers:
        raise SubgraphUnavailable
    return answers


def _terms(event: Mapping[str, Any], answer: Mapping[str, Any]) -> Terms:
    return Terms(
        status=event["status"],
        starts_at=datetime.fromisoformat(event["startsAt"]),
        ends_at=None if event["endsAt"] is None else datetime.fromisoformat(event["endsAt"]),
        timezone=event["timezone"],
        satisfied=answer["satisfied"],
        unmet_conditions=tuple(entry["condition"]["id"] for entry in answer["conditions"] if not entry["satisfied"]),
    )
