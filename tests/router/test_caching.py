"""What a CDN or a browser may keep, as the real router says it."""

import json
from urllib.parse import quote

import httpx
import pytest

from tests.router.documents import ANN, PREFLIGHT, get, id_of, text_of
from tests.router.running import Running, Subgraph

CARD = f"documentId={id_of('UserCard')}&variables={quote(json.dumps({'id': 'kr1'}))}"


@pytest.mark.parametrize(
    ("told", "answered"),
    [
        ("max-age=60", "max-age=60, public"),
        ("max-age=60, public", "max-age=60, public"),
        ("private, max-age=30", "max-age=30, private"),
        ("no-store", "no-store"),
        ("max-age=0", "no-store"),
        (None, "no-store"),
    ],
)
def test_an_answer_may_be_kept_as_the_subgraph_says_and_not_at_all_when_it_says_nothing(
    router: Running, answering: Subgraph, told: str | None, answered: str
) -> None:
    answering.data = ANN
    if told is not None:
        answering.headers["cache-control"] = told
    response = get(router, CARD)
    assert response.headers["cache-control"] == answered
    assert ("etag" in response.headers) is (answered != "no-store")


def test_an_answer_varies_by_who_asks_and_by_its_format_and_compression(router: Running, answering: Subgraph) -> None:
    answering.data, answering.headers["cache-control"] = ANN, "max-age=60"
    for response in (get(router, CARD), get(router, "documentId=none")):
        vary = {name.strip() for name in response.headers["vary"].split(",")}
        assert vary == {"accept", "accept-encoding", "authorization", "origin"}


@pytest.mark.parametrize("accepted", ["gzip", "br", "zstd"])
def test_answers_are_compressed_as_the_client_can_read_them(
    router: Running, answering: Subgraph, accepted: str
) -> None:
    answering.data = {"user": {**ANN["user"], "displayName": "Ann" * 1000}}
    headers = {**PREFLIGHT, "accept-encoding": accepted}
    with httpx.stream("GET", f"{router.url}?{CARD}", headers=headers) as response:
        assert response.headers["content-encoding"] == accepted
        assert len(b"".join(response.iter_raw())) < 1000


def test_who_has_the_content_already_gets_304_and_who_has_another_gets_it_anew(
    router: Running, answering: Subgraph
) -> None:
    answering.data, answering.headers["cache-control"] = ANN, "max-age=60"
    tag = get(router, CARD).headers["etag"]
    for condition in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        same = get(router, CARD, **{"if-none-match": condition})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert same.headers["cache-control"] == "max-age=60, public"
        assert "authorization" in same.headers["vary"]
    answering.data = {"user": {**ANN["user"], "displayName": "Bea"}}
    changed = get(router, CARD, **{"if-none-match": tag})
    assert (changed.status_code, changed.json()["data"]["user"]["displayName"]) == (200, "Bea")
    assert changed.headers["etag"] != tag


def test_a_condition_on_what_nobody_may_keep_is_not_heeded(router: Running, answering: Subgraph) -> None:
    answering.data, answering.headers["cache-control"] = ANN, "no-store"
    assert get(router, CARD, **{"if-none-match": "*"}).status_code == 200


def test_an_answer_with_an_error_is_kept_by_nobody(router: Running, answering: Subgraph) -> None:
    answering.data, answering.headers["cache-control"] = {"user": None}, "max-age=60"
    answering.errors = [{"message": "sign in first", "path": ["user"], "extensions": {"code": "UNAUTHENTICATED"}}]
    response = get(router, CARD)
    assert response.json()["errors"] == answering.errors
    assert (response.headers["cache-control"], "etag" in response.headers) == ("no-store", False)


def test_an_answer_to_a_post_carries_no_tag(router: Running, answering: Subgraph) -> None:
    answering.data, answering.headers["cache-control"] = ANN, "max-age=60"
    response = httpx.post(
        router.url, json={"query": text_of("UserCard"), "variables": {"id": "kr1"}}, headers={"if-none-match": "*"}
    )
    assert (response.status_code, "etag" in response.headers) == (200, False)
