"""What events says of a claim: the event's status and window, and whether the user satisfies its rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from subgraphs.rewards.lanes import Lanes

MOST_USERS: Final = 500
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


class EventsSilent(Exception):
    """Events did not answer in time, or not with an answer."""


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
        self._url = url
        self._headers = {"authorization": f"Bearer {service_token}"}
        self._timeout = timeout_seconds
        self._http = http
        self._lanes: Lanes[str, str, Terms | None] = Lanes(self._ask_all, most=MOST_USERS)

    async def terms(self, event_id: str, user_id: str) -> Terms | None:
        """The terms for this user, or None when there is no such event. Raises EventsSilent."""
        return await self._lanes.submit(event_id, user_id)

    async def knows(self, event_id: str) -> bool:
        """Whether there is such an event. Raises EventsSilent."""
        return await self._entity(_KNOWN, event_id, {}) is not None

    async def close(self) -> None:
        await self._http.aclose()

    async def _ask_all(self, event_id: str, user_ids: Sequence[str]) -> list[Terms | Exception | None]:
        distinct = list(dict.fromkeys(user_ids))
        event = await self._entity(_ELIGIBILITY, event_id, {"userIds": distinct})
        if event is None:
            return [None] * len(user_ids)
        answers = event.get("eligibility")
        if not isinstance(answers, list) or len(answers) != len(distinct):
            raise EventsSilent
        by_user = dict(zip(distinct, answers, strict=True))
        return [_terms(event, by_user[user_id]) for user_id in user_ids]

    async def _entity(self, query: str, event_id: str, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        of = [{"__typename": "Event", "id": event_id}]
        try:
            response = await self._http.post(
                self._url,
                json={"query": query, "variables": {"of": of, **variables}},
                headers=self._headers,
                timeout=self._timeout,
            )
            body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise EventsSilent from error
        if response.status_code != 200 or not isinstance(body, dict) or body.get("errors"):
            raise EventsSilent
        found: dict[str, Any] | None = body["data"]["_entities"][0]
        return found


def _terms(event: Mapping[str, Any], answer: Mapping[str, Any] | None) -> Terms | Exception:
    if answer is None:
        return EventsSilent()
    return Terms(
        status=event["status"],
        starts_at=datetime.fromisoformat(event["startsAt"]),
        ends_at=None if event["endsAt"] is None else datetime.fromisoformat(event["endsAt"]),
        timezone=event["timezone"],
        satisfied=answer["satisfied"],
        unmet_conditions=tuple(entry["condition"]["id"] for entry in answer["conditions"] if not entry["satisfied"]),
    )
