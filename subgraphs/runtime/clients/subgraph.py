"""Another subgraph, asked directly, as a service: not through the router, which serves only what clients may see."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx


class SubgraphUnavailable(Exception):
    """The other subgraph did not answer in time, or not with an answer."""


class SubgraphClient:
    """One other subgraph at `url`, its `/graphql`."""

    def __init__(self, url: str, service_token: str, *, timeout_seconds: float, http: httpx.AsyncClient) -> None:
        self._url = url
        self._headers = {"authorization": f"Bearer {service_token}"}
        self._timeout = timeout_seconds
        self._http = http

    async def entities(
        self, query: str, typename: str, ids: Sequence[str], variables: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any] | None]:
        """The entities of these ids in their order, None where there is none.

        By a query over `_entities` whose variable `$of` takes their representations. Raises SubgraphUnavailable.
        """
        of = [{"__typename": typename, "id": entity_id} for entity_id in ids]
        try:
            response = await self._http.post(
                self._url,
                json={"query": query, "variables": {"of": of, **(variables or {})}},
                headers=self._headers,
                timeout=self._timeout,
            )
            body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise SubgraphUnavailable from error
        if response.status_code != 200 or not isinstance(body, dict) or body.get("errors"):
            raise SubgraphUnavailable
        found: list[dict[str, Any] | None] = body["data"]["_entities"]
        return found

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()
