"""What the router itself promises: CSRF, CORS, limits, Cache-Control, traces, no introspection in production."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.fixtures.graph import Graph
from tests.router.running import running_router

CONFIG = Path(__file__).parents[2] / "router" / "router.yaml"


async def test_a_get_without_the_csrf_header_is_refused(graph: Graph) -> None:
    url, query = graph.stack.router_url, {"query": "{ __typename }"}
    assert (await graph.http.get(url, params=query)).status_code == 400
    headers = {"apollo-require-preflight": "1"}
    assert (await graph.http.get(url, params=query, headers=headers)).json()["data"] == {"__typename": "Query"}
    plain = await graph.http.post(url, content='{"query":"{ __typename }"}', headers={"content-type": "text/plain"})
    assert plain.status_code >= 400


async def test_a_text_too_long_to_be_planned_is_refused_and_one_just_short_enough_is_not(graph: Graph) -> None:
    for length, codes in ((262_144, []), (262_145, ["QUERY_TOO_COMPLEX"])):
        text = "{ __typename }".ljust(length, "#")
        assert (await graph(text)).codes == codes


async def test_only_the_explorer_s_origin_may_read_answers(graph: Graph) -> None:
    for origin, allowed in ((graph.stack.explorer_url.rstrip("/"), True), ("http://evil.example", False)):
        headers = {"origin": origin, "access-control-request-method": "POST"}
        response = await graph.http.options(graph.stack.router_url, headers=headers)
        assert (response.headers.get("access-control-allow-origin") == origin) is allowed


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("{ events(first: 1) { edges { cursor node { name status } } } }", 120),
        ("{ events(first: 3) { edges { node { name createdBy { displayName } } } } }", 120),
        ("{ events(first: 3) { edges { node { offers { stock { remaining } } } } } }", None),
        ("{ events(first: 1) { totalCount } }", None),
        ("{ events(first: 0) { edges { cursor } } }", None),
        ("{ me { id } }", None),
    ],
)
async def test_a_response_holds_as_long_as_its_least_part_and_is_not_stored_where_one_says_nothing(
    graph: Graph, query: str, most: int | None
) -> None:
    response = await graph.http.post(graph.stack.router_url, json={"query": query})
    control = response.headers["cache-control"]
    found = re.fullmatch(r"max-age=(\d+), private", control)
    assert (found is not None and 0 < int(found[1]) <= most) if most else control == "no-store"
    assert len(response.headers["x-trace-id"]) == 32


@pytest.mark.parametrize("body", ['{"query":', "[]", '{"query": 7}', "null"])
async def test_a_body_that_is_no_request_gets_an_error_and_no_detail(graph: Graph, body: str) -> None:
    response = await graph.http.post(graph.stack.router_url, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["errors"]


async def test_a_body_over_a_mebibyte_is_refused(graph: Graph) -> None:
    body = {"query": "{ __typename }", "x": "y" * 2**20}
    try:
        status = (await graph.http.post(graph.stack.router_url, json=body)).status_code
    except (httpx.ReadError, httpx.WriteError):
        # The router may hang up before it has read all.
        status = 413
    assert status == 413
    assert (await graph("{ __typename }")).data == {"__typename": "Query"}


async def test_an_apq_is_known_once_it_was_told(graph: Graph) -> None:
    import hashlib

    query = "query Apq { events(first: 1) { pageInfo { hasNextPage } } }"
    extensions: dict[str, Any] = {
        "persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(query.encode()).hexdigest()}
    }
    first = (await graph.http.post(graph.stack.router_url, json={"extensions": extensions})).json()
    assert first["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    await graph.http.post(graph.stack.router_url, json={"query": query, "extensions": extensions})
    again = (await graph.http.post(graph.stack.router_url, json={"extensions": extensions})).json()
    assert "events" in again["data"]


def test_the_configuration_holds_nothing_that_wants_a_licence() -> None:
    config = yaml.safe_load(CONFIG.read_text())
    forbidden = {
        "response_cache",
        "persisted_queries",
        "coprocessor",
        "demand_control",
        "batching",
        "subscription",
        "authentication",
    }
    assert forbidden.isdisjoint(config)
    assert {"max_depth", "max_height", "max_root_fields", "max_aliases"}.isdisjoint(config["limits"]["router"])
    shaping = config["traffic_shaping"]
    assert all(part["pool_idle_timeout"] == "4s" for part in (shaping["all"], *shaping["subgraphs"].values()))


def test_by_its_defaults_it_is_fit_for_production(real_router: Path, graph: Graph, tmp_path: Path) -> None:
    urls = {name: graph.stack.subgraph_url(name) for name in ("users", "events", "rewards")}
    # What the environment leaves out is what production gets.
    left_out = dict.fromkeys(
        ("ROUTER_INTROSPECTION", "ROUTER_REDACT_VALIDATION_ERRORS", "ROUTER_SAFELIST", "ROUTER_DEVELOPER_KEY")
    )
    with running_router(real_router, urls, tmp_path, secret=graph.stack.router_secret, environ=left_out) as router:
        introspection = httpx.post(router.url, json={"query": "{ __schema { types { name } } }"}).json()
        assert introspection.get("data") is None
        unknown = httpx.post(router.url, json={"query": "{ evnts { id } }"}).json()
        assert [error["message"] for error in unknown["errors"]] == ["invalid query"]
        unlisted = httpx.post(router.url, json={"query": "{ __typename }"})
        assert (unlisted.status_code, unlisted.json()["errors"][0]["extensions"]["code"]) == (
            403,
            "QUERY_NOT_IN_SAFELIST",
        )
        metrics = httpx.get(router.metrics_url).text
        assert "apollo_router" in metrics or "http_server" in metrics
        assert httpx.get(router.root_url, headers={"accept": "text/html"}).status_code == 404
