"""What a gateway tells a client, less what differs from one run to the next."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from tests.fixtures.graph import Graph, operation
from tests.fixtures.leaks import note_passwords
from tests.router.documents import id_of

_INSTANT: Final = re.compile(r"^\d{4}-\d\d-\d\d(T.*)?$")
# Ids, cursors, tokens and digests, by their fields' names; and by their look: digests, addresses, ids among others.
_OPAQUE_NAMES: Final = re.compile(r"(^id|Id|[cC]ursor|Token)$")
_OPAQUE: Final = re.compile(r"^(?=.*\d)\S{16,}$")


def told(body: dict[str, Any], word: str = "") -> Any:
    """The data and each error's path and code. Instants, what is opaque, and `word` stand as what they are; how an error
    is worded is each gateway's own.
    """

    def plain(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {name: plain(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [plain(part, name) for part in value]
        if not isinstance(value, str):
            return value
        value = value.replace(word, "<word>") if word else value
        if _INSTANT.match(value):
            return "<instant>"
        return "<opaque>" if _OPAQUE_NAMES.search(name) or _OPAQUE.match(value) else value

    errors = [(error.get("path"), error["extensions"]["code"]) for error in body.get("errors", [])]
    return plain(body.get("data")), errors


@dataclass
class Teller:
    """One gateway, asked the clients' operations in each way they ask: a query by text, by id and by hash, a mutation with
    its hash beside its text. Remembers what was told.
    """

    graph: Graph
    url: str
    word: str
    told: list[tuple[str, Any]] = field(default_factory=list)

    async def __call__(self, name: str, variables: dict[str, Any] | None = None, *, token: str | None = None) -> Any:
        """The one top-level field of the answer."""
        text, given = operation(name), variables or {}
        note_passwords(given)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        digest = hashlib.sha256(text.encode()).hexdigest()
        body = {
            "query": text,
            "variables": given,
            "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}},
        }
        answer = (await self.graph.http.post(self.url, json=body, headers=headers)).json()
        found = told(answer, self.word)
        self.told.append((name, found))
        if not re.search(r"^mutation ", text, re.MULTILINE):
            by_hash = {"variables": given, "extensions": body["extensions"]}
            again = await self.graph.http.post(self.url, json=by_hash, headers=headers)
            assert told(again.json(), self.word) == found, name
            await self._by_id(name, given, headers, found)
        (value,) = (answer.get("data") or {"": None}).values()
        return value

    async def _by_id(self, name: str, given: dict[str, Any], headers: dict[str, str], found: Any) -> None:
        # The manifests hold the text as Apollo's generator prints it, with __typename where it was not asked for.
        client, _, operation_name = name.partition("/")
        parameters = {"documentId": id_of(operation_name, client), "variables": json.dumps(given)}
        headers = {**headers, "apollo-require-preflight": "1"}
        answer = await self.graph.http.get(self.url, params=parameters, headers=headers)
        assert _without_typenames(told(answer.json(), self.word)) == _without_typenames(found), name


def _without_typenames(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_typenames(part) for name, part in value.items() if name != "__typename"}
    return [_without_typenames(part) for part in value] if isinstance(value, list | tuple) else value
