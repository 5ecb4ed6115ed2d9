"""The operations of the committed manifests, and how a test asks for them."""

import hashlib
import json
from typing import Any, Final
from urllib.parse import quote

import httpx

from router.command import MANIFESTS
from tests.router.running import Running

PREFLIGHT: Final = {"apollo-require-preflight": "1"}
ANN: Final[dict[str, Any]] = {"user": {"__typename": "User", "id": "kr1", "displayName": "Ann"}}


def text_of(name: str, client: str = "web", version: str = "next") -> str:
    operations = json.loads((MANIFESTS / client / f"{version}.json").read_text())["operations"]
    (body,) = [operation["body"] for operation in operations if operation["name"] == name]
    return str(body)


def id_of(name: str, client: str = "web", version: str = "next") -> str:
    return hashlib.sha256(text_of(name, client, version).encode()).hexdigest()


def hashed(value: Any, version: Any = 1) -> str:
    return quote(json.dumps({"persistedQuery": {"version": version, "sha256Hash": value}}))


def get(router: Running, parameters: str, **headers: str) -> httpx.Response:
    """A GET whose parameters are sent as they stand here."""
    return httpx.get(f"{router.url}?{parameters}", headers={**PREFLIGHT, **headers})


def code(response: httpx.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])
