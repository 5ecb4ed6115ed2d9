"""A typed client in Python: signs in, pages through the active events, and claims what is offered first.

    GRAPHQL=http://127.0.0.1:4000/graphql python examples/claim.py ann@example.com demo-password-1

Queries go by the ids of a kept manifest, so the address of each can be cached; mutations carry their text.
"""

import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

MANIFESTS = Path(__file__).resolve().parent.parent / "schema" / "manifests"


class Failed(Exception):
    """The API answered with errors at the top level; `codes` says which."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(error["message"] for error in errors))
        self.codes = [error["extensions"]["code"] for error in errors]


@dataclass(frozen=True, slots=True)
class Event:
    """An event on the front page."""

    id: str
    name: str
    offer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What became of a claim: the request's id, or the code of the refusal."""

    request_id: str | None
    refusal: str | None


class Laurel:
    """The API, for one user."""

    def __init__(self, url: str, manifest: str = "web/1.0.0") -> None:
        self._http = httpx.Client(headers={"apollo-require-preflight": "1"}, timeout=20)
        self._url = url
        self._operations: dict[str, dict[str, str]] = {}
        for path in (MANIFESTS / f"{manifest}.json", MANIFESTS / "mobile" / "1.0.0.json"):
            operations = json.loads(path.read_text())["operations"]
            self._operations |= {operation["name"]: operation for operation in operations}

    def sign_in(self, email: str, password: str) -> None:
        """Raises PermissionError when the login is refused."""
        login = self._mutate("Login", {"input": {"email": email, "password": password}})
        if login["__typename"] != "LoginSuccess":
            raise PermissionError(login["message"])
        self._http.headers["authorization"] = f"Bearer {login['session']['accessToken']}"

    def active_events(self, page: int = 20) -> Iterator[Event]:
        """All of them, fetched a page at a time as they are asked for."""
        after: str | None = None
        while True:
            events = self._query("ActiveEvents", {"first": page, "after": after})
            for edge in events["edges"]:
                node = edge["node"]
                yield Event(node["id"], node["name"], tuple(offer["id"] for offer in node["offers"] or ()))
            if not events["pageInfo"]["hasNextPage"]:
                return
            after = events["pageInfo"]["endCursor"]

    def claim(self, offer_id: str, *, attempts: int = 5) -> Claimed:
        """Claims once: one key for the tap, sent again while the answer is to try again."""
        key = secrets.token_urlsafe(16)
        for attempt in range(attempts):
            result = self._mutate("ClaimReward", {"offerId": offer_id, "key": key})
            if result["__typename"] == "ClaimRewardSuccess":
                return Claimed(result["request"]["id"], None)
            if result["__typename"] != "TryAgain":
                break
            time.sleep(0.2 * 2**attempt)
        return Claimed(None, result["code"])

    def _query(self, name: str, variables: dict[str, Any]) -> Any:
        parameters = {"documentId": self._operations[name]["id"], "variables": json.dumps(variables)}
        return self._field(self._http.get(self._url, params=parameters))

    def _mutate(self, name: str, variables: dict[str, Any]) -> Any:
        text = self._operations[name]["body"]
        persisted = {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}
        body = {"query": text, "variables": variables, "extensions": {"persistedQuery": persisted}}
        return self._field(self._http.post(self._url, json=body))

    def _field(self, response: httpx.Response) -> Any:
        answer = response.json()
        if answer.get("errors"):
            raise Failed(answer["errors"])
        (value,) = answer["data"].values()
        return value


def main(email: str, password: str) -> None:
    """Runs the command; returns its exit status where it has one."""
    api = Laurel(os.environ.get("GRAPHQL", "http://127.0.0.1:4000/graphql"))
    api.sign_in(email, password)
    event = next(event for event in api.active_events(page=2) if event.offer_ids)
    print(f"{event.name}: {api.claim(event.offer_ids[0])}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
