"""What a subgraph does not take: queries too deep, too wide or too dear, batches, bodies too large or too slow."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import strawberry
from strawberry.extensions.validation_cache import _get_validate_cache

from subgraphs.runtime.app_factory import Caller, build_app, build_resources
from subgraphs.runtime.auth.revocations import Revocations
from subgraphs.runtime.graphql import http
from subgraphs.runtime.graphql.complexity import (
    MAX_ALIASES,
    MAX_COST,
    MAX_DIRECTIVES,
    MAX_FIELD_DEPTH,
    MAX_STRING_BYTES,
    MAX_TOKENS,
    MAX_VALUES,
)
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.graphql.media_types import GRAPHQL_JSON, JSON, chosen_media
from subgraphs.runtime.graphql.permissions import Public
from subgraphs.runtime.graphql.schema import MAX_CACHED_DOCUMENTS, build_schema
from subgraphs.runtime.settings import ServiceSettings
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer

CALLS: list[str] = []


@strawberry.type
class Node:
    @strawberry.field(permission_classes=[Public])
    def again(self, first: int | None = None, text: str | None = None) -> "Node":
        CALLS.append("again")
        return Node()

    @strawberry.field(permission_classes=[Public])
    def edges(self) -> "list[Node]":
        return [Node()]


@strawberry.type
class Query:
    @strawberry.field(permission_classes=[Public])
    def node(self, first: int | None = None) -> Node:
        CALLS.append("node")
        return Node()


@strawberry.type
class Mutation:
    @strawberry.field(permission_classes=[Public])
    def act(self) -> str | None:
        return "done"


@pytest.fixture
async def service(
    service_settings: dict[str, Any], clock: FrozenClock, issuer: Issuer, nothing_revoked: Revocations
) -> AsyncIterator[InProcess]:
    parts = build_resources("limited", ServiceSettings(**service_settings), clock=clock)

    def make_context(caller: Caller) -> RequestContext:
        return RequestContext(caller.identity, parts.clock, parts.cursors, parts.read_your_writes(caller.identity))

    schema = build_schema(query=Query, mutation=Mutation, types=[Node])
    app = build_app(parts, schema=schema, keys=issuer.keys, revocations=nothing_revoked, make_context=make_context)
    CALLS.clear()
    async with InProcess(app) as running:
        yield running


def nested(levels: int, inside: str = "__typename") -> str:
    return "{ node " + "{ again " * (levels - 2) + "{ " + inside + " }" + " }" * (levels - 2) + " }"


def bomb(fragments: int) -> str:
    parts = [f"fragment F{n} on Node {{ ...F{n + 1} again {{ __typename }} ...F{n + 1} }}" for n in range(fragments)]
    return f"{{ node {{ ...F0 }} }} {' '.join(parts)} fragment F{fragments} on Node {{ __typename }}"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (nested(MAX_FIELD_DEPTH + 1), "levels of fields"),
        (nested(1000), "levels of nesting"),
        ("{ node(first: " + "[" * 1000 + "]" * 1000 + ") { __typename } }", "levels of nesting"),
        ("{ node { " + " ".join(f"a{n}: __typename" for n in range(MAX_ALIASES + 1)) + " } }", "aliases"),
        ("{ node { " + " ".join(f"a{n}: __typename" for n in range(5_000)) + " } }", "tokens"),
        ("{ node { " + "__typename @skip(if: false) " * (MAX_DIRECTIVES + 1) + "} }", "directives"),
        ("{ node { __typename " + "@skip(if: false) " * 5_000 + "} }", "tokens"),
        ("{ node(first: 100) { again(first: 100) { again(first: 100) { __typename } } } }", "values in the answer"),
        ("query Q($n: Int) { node(first: $n) { again(first: $n) { again(first: $n) { __typename } } } }", "values"),
        (bomb(30), "values in the answer"),
        ("{ " + "__typename " * MAX_TOKENS + "}", "tokens"),
    ],
)
async def test_a_query_over_a_limit_is_refused_with_a_code_before_anything_runs(
    service: InProcess, query: str, says: str
) -> None:
    answer = await service.graphql(query)
    assert set(answer.codes) == {"QUERY_TOO_COMPLEX"}
    assert says in answer.errors[0]["message"]
    assert "data" not in answer.body
    assert CALLS == []


@pytest.mark.parametrize(
    "query",
    [
        nested(MAX_FIELD_DEPTH),
        "{ node(first: 100) { again(first: 100) { again(first: 20) { __typename } } } }",
        '{ node { again(text: "' + "{" * 1000 + '") { __typename } } } # ' + "{" * 1000,
        '{ node { again(text: """' + '" {' * 500 + '""") { __typename } } }',
        "{ node { " + " ".join(f"a{n}: __typename" for n in range(MAX_ALIASES)) + " } }",
    ],
)
async def test_a_query_within_the_limits_is_answered(service: InProcess, query: str) -> None:
    assert (await service.graphql(query)).data["node"] is not None
    assert MAX_COST >= 100 * 100 * 20


async def test_a_fragment_within_itself_is_a_fault_of_the_query(service: InProcess) -> None:
    circle = "{ node { ...A } } fragment A on Node { again { ...B } } fragment B on Node { again { ...A } }"
    answer = await service.graphql(circle)
    assert answer.codes == ["GRAPHQL_VALIDATION_FAILED"]
    assert CALLS == []


async def test_a_query_s_verdict_is_kept(service: InProcess) -> None:
    cache = _get_validate_cache(MAX_CACHED_DOCUMENTS)
    query = nested(3, inside="__typename # kept")
    query = query.replace(" # kept", "")
    await service.graphql(query)
    before = cache.cache_info()  # type: ignore[attr-defined]
    await service.graphql(query)
    after = cache.cache_info()  # type: ignore[attr-defined]
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b'[{"query": "{ node { __typename } }"}]', 400),
        (b"[]", 400),
        (b'{"query": ', 400),
        (b"7", 400),
        (b"null", 400),
        (b'{"query": "' + b"x" * http.MAX_BODY_BYTES + b'"}', 413),
    ],
)
async def test_a_body_that_is_no_request_is_refused_in_graphql_s_shape(
    service: InProcess, content: bytes, status: int
) -> None:
    headers = {"x-router-secret": "the-router-secret-of-the-tests", "content-type": "application/json"}
    response = await service.http.post("/graphql", content=content, headers=headers)
    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_GRAPHQL_REQUEST"
    assert CALLS == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"query": "{ node { __typename } }", "variables": {"x": ' + b"[" * 5000 + b"]" * 5000 + b"}}", "nesting"),
        (b"{" * 1_000_000, "nesting"),
        (b'{"query": "{ node { __typename } } #' + b"x" * MAX_STRING_BYTES + b'"}', "one string"),
        (
            b'{"query": "{ node { __typename } }", "variables": {"x": ["' + b'\\"' * MAX_STRING_BYTES + b'"]}}',
            "one string",
        ),
        (b'{"query": "{ node { __typename } }", "variables": {"x": [' + b"0," * MAX_VALUES + b"0]}}", "values"),
    ],
)
async def test_a_body_that_would_cost_too_much_to_read_is_refused_with_a_code(
    service: InProcess, content: bytes, says: str
) -> None:
    headers = {"x-router-secret": "the-router-secret-of-the-tests", "content-type": "application/json"}
    response = await service.http.post("/graphql", content=content, headers=headers)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (200, "QUERY_TOO_COMPLEX")
    assert says in error["message"]
    assert CALLS == []


async def test_brackets_and_commas_inside_strings_cost_nothing(service: InProcess) -> None:
    text = "{[," * 40_000
    answer = await service.graphql("query Q($t: String) { node { again(text: $t) { __typename } } }", {"t": text})
    assert answer.data["node"]["again"] == {"__typename": "Node"}


async def test_a_body_of_another_type_is_refused(service: InProcess) -> None:
    headers = {"x-router-secret": "the-router-secret-of-the-tests", "content-type": "text/plain"}
    response = await service.http.post("/graphql", content=b"{}", headers=headers)
    assert response.status_code == 415


async def test_a_body_that_does_not_come_is_waited_for_no_longer_than_said(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.05)
    sent: list[dict[str, Any]] = []
    parts = iter([{"type": "http.request", "body": b'{"query": ', "more_body": True}])

    async def receive() -> dict[str, Any]:
        try:
            return next(parts)
        except StopIteration:
            await asyncio.Event().wait()
            raise

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"x-router-secret", b"the-router-secret-of-the-tests"), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "scheme": "http",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("subgraph", 80),
    }
    await asyncio.wait_for(service.app(scope, receive, send), 5)
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["errors"][0]["extensions"]["code"] == "INVALID_GRAPHQL_REQUEST"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON}", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}", JSON),
        (f"{JSON};q=0.9, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8; q=0.1, */*;q=0.5", JSON),
        (f"{GRAPHQL_JSON};q=0", JSON),
        (f"{GRAPHQL_JSON};q=x", JSON),
        ("text/html", JSON),
        ("", JSON),
    ],
)
def test_the_client_s_preference_chooses_the_media_type(accept: str | None, media: str) -> None:
    assert chosen_media(accept) == media


@pytest.mark.parametrize(
    ("query", "media", "status"),
    [
        ("{ node { __typename } }", GRAPHQL_JSON, 200),
        ("{ node {", GRAPHQL_JSON, 400),
        ("{ nowhere }", GRAPHQL_JSON, 400),
        ("query Q($n: Int!) { node(first: $n) { __typename } }", GRAPHQL_JSON, 400),
        ("{ node {", JSON, 200),
        ("{ nowhere }", JSON, 200),
    ],
)
async def test_the_status_tells_in_the_newer_media_type_what_never_ran(
    service: InProcess, query: str, media: str, status: int
) -> None:
    headers = {"x-router-secret": "the-router-secret-of-the-tests", "accept": media}
    response: httpx.Response = await service.http.post("/graphql", json={"query": query}, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == f"{media}; charset=utf-8"
