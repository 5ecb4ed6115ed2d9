"""What the router refuses by itself, and what it makes of a subgraph's refusal: a code, the right path, a trace's id."""

import httpx
import pytest

from tests.router.conftest import DEVELOPER_KEY
from tests.router.documents import PREFLIGHT, code
from tests.router.running import Running, Subgraph

JSON = {"content-type": "application/json", "x-developer-key": DEVELOPER_KEY}
LARGE = b'{"query": "' + b"x" * 1_048_576 + b'"}'


@pytest.mark.parametrize(
    ("content", "headers", "status", "wanted"),
    [
        (b'{"query": "{ __typename }"}', {**JSON, "accept": "text/html"}, 406, "INVALID_ACCEPT_HEADER"),
        (b"<query/>", {**JSON, "content-type": "application/xml"}, 415, "INVALID_CONTENT_TYPE_HEADER"),
        (b'{"query": "{ __schema { types { name } } }"}', JSON, 200, "INTROSPECTION_DISABLED"),
        (b'{"query": "{ nowhere }"}', JSON, 400, "UNKNOWN_ERROR"),
        (LARGE, JSON, 413, "INVALID_GRAPHQL_REQUEST"),
        (b"{}", {"content-type": "text/plain"}, 400, "CSRF_ERROR"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_the_router_does_not_take_is_refused_with_a_code(
    router: Running, answering: Subgraph, content: bytes, headers: dict[str, str], status: int, wanted: str
) -> None:
    response = httpx.post(router.url, content=content, headers=headers)
    assert (response.status_code, code(response)) == (status, wanted)
    # What is refused before the router's script sees it says no trace's id.
    if wanted not in ("CSRF_ERROR", "INVALID_GRAPHQL_REQUEST"):
        assert len(response.headers["x-trace-id"]) == 32
    assert answering.asked == []


def test_a_refusal_of_all_that_was_asked_is_one_error_a_field(router: Running, answering: Subgraph) -> None:
    answering.errors = [{"message": "no", "extensions": {"code": "UNAUTHENTICATED"}}]
    query = "{ one: me { ...Who } two: me { ...Who } } fragment Who on User { id displayName }"
    body = {"query": query}
    response = httpx.post(router.url, json=body, headers={**PREFLIGHT, "x-developer-key": DEVELOPER_KEY})
    errors = response.json()["errors"]
    assert [error["path"] for error in errors] == [["one"], ["two"]]
    assert {error["extensions"]["code"] for error in errors} == {"UNAUTHENTICATED"}
    assert {frozenset(error["extensions"]) for error in errors} == {frozenset({"code"})}
    assert len(response.headers["x-trace-id"]) == 32
