"""What somebody may send who means no good: each a request that must be refused with a code, soon."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

MEBIBYTE: Final = 1_048_576


# In place of a code: the connection was closed while a body that is too large was still on its way.
CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True)
class Attack:
    """One POST. `codes` are those of the refusals that are right for it."""

    name: str
    content: bytes
    codes: frozenset[str]


def attacks() -> list[Attack]:
    """One of each kind."""
    many = " ".join
    return [
        _attack("10,000 aliases", "{ " + many(f"a{n}: __typename" for n in range(10_000)) + " }"),
        _attack("400 aliases of one field", "{ " + many(f"a{n}: me {{ id }}" for n in range(400)) + " }"),
        _attack("1,000 levels", "{ me " * 1_000 + "{ id }" + " }" * 1_000),
        _attack("100 levels of brackets", "{ events(filter: {tags: " + "[" * 100 + "]" * 100 + "}) { totalCount } }"),
        _attack("fragments in a circle", "{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }"),
        _attack("2 to the 30th fields", _doubling(30)),
        Attack("a text of 900 kB", _text(900_000), _TEXT_CODES),
        Attack("a text of 1 MB", _text(MEBIBYTE), _TEXT_CODES | {CLOSED}),
        _attack("a variable of 900 kB", "query Q($id: ID!) { event(id: $id) { id } }", {"id": "x" * 900_000}),
        _attack("50,000 directives", "{ __typename " + "@skip(if: false) " * 50_000 + "}"),
        _attack("pages of pages of pages", _pages(4)),
        Attack("an array of 1,000 operations", _batch(1_000), frozenset({"BATCHING_NOT_ENABLED", _BAD_REQUEST})),
        Attack("variables 100,000 deep", _deep(100_000), _TEXT_CODES),
        Attack("100,000 variables", _wide(100_000), _TEXT_CODES),
        Attack("a megabyte that is no JSON", b"{" * 1_000_000, _TEXT_CODES),
    ]


async def send(http: httpx.AsyncClient, url: str, attack: Attack, headers: dict[str, str]) -> list[str]:
    """The codes of all errors of the answer; none means that it was let through."""
    try:
        response = await http.post(url, content=attack.content, headers={"content-type": "application/json", **headers})
    except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
        return [CLOSED]
    return [error["extensions"]["code"] for error in response.json().get("errors", ())]


async def slow_body(url: str, headers: dict[str, str], *, pause_seconds: float) -> tuple[bytes, float]:
    """A body that comes a byte at a time and never ends.

    The first line of what is answered at last (nothing when the connection is just closed), and after how many
    seconds.
    """
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    lines = [f"POST {place.path} HTTP/1.1", f"host: {place.netloc}", "content-type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "content-length: 100000", "", ""]).encode())
    started = time.perf_counter()
    answer = asyncio.ensure_future(reader.readline())
    try:
        while not answer.done():
            writer.write(b" ")
            await asyncio.wait([answer], timeout=pause_seconds)
        return answer.result(), time.perf_counter() - started
    except ConnectionError:
        return b"", time.perf_counter() - started
    finally:
        answer.cancel()
        writer.close()


_BAD_REQUEST: Final = "INVALID_GRAPHQL_REQUEST"
# What the router, and what a subgraph, may say of a text: it cannot be parsed within its limits, it is not valid, it asks
# for too much, or the body is too large.
_TEXT_CODES: Final = frozenset(
    {
        "PARSING_ERROR",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "QUERY_TOO_COMPLEX",
        "BAD_USER_INPUT",
        _BAD_REQUEST,
    }
)


def _attack(name: str, query: str, variables: dict[str, Any] | None = None) -> Attack:
    return Attack(name, json.dumps({"query": query, "variables": variables or {}}).encode(), _TEXT_CODES)


def _text(length: int) -> bytes:
    return json.dumps({"query": '{ event(id: "' + "x" * length + '") { id } }'}).encode()


def _doubling(levels: int) -> str:
    parts = [f"fragment F{n} on User {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    return f"{{ me {{ ...F0 }} }} {' '.join(parts)} fragment F{levels} on User {{ id }}"


def _pages(levels: int) -> str:
    inner = "id"
    for _ in range(levels):
        inner = f"rewardRequests(first: 100) {{ edges {{ node {{ user {{ {inner} }} }} }} }}"
    return f"{{ me {{ {inner} }} }}"


def _batch(operations: int) -> bytes:
    return json.dumps([{"query": "{ __typename }"}] * operations).encode()


def _wide(values: int) -> bytes:
    query = "query Q($tags: [String!]) { events(filter: {tags: $tags}) { totalCount } }"
    return json.dumps({"query": query, "variables": {"tags": ["x"] * values}}).encode()


def _deep(levels: int) -> bytes:
    return b'{"query": "{ __typename }", "variables": {"x": ' + b"[" * levels + b"]" * levels + b"}}"
