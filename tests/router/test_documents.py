"""Persisted queries on the real router and on the stand-in: GET by id in every legal writing, the
safelist, and typed errors for the rest.
"""

import hashlib
import json
from urllib.parse import quote

import httpx
import pytest

from router.command import MANIFESTS
from router.manifest.script import kept_operations
from tests.router.conftest import DEVELOPER_KEY
from tests.router.documents import ANN, code, get, hashed, id_of, text_of
from tests.router.running import Running, Subgraph

CARD = id_of("UserCard")
X = "variables=%7B%22id%22%3A%22x%22%7D"


@pytest.mark.parametrize(
    "named",
    [f"documentId={CARD}", f"documentId=sha256:{CARD}", f"documentId=sha256%3A{CARD}", f"extensions={hashed(CARD)}"],
)
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("%7B%22id%22%3A%22a%20b%22%7D", "a b"),
        ("%7B%22id%22:+%22a+b%22%7D", "a b"),
        ("{%22id%22:%22a%2Bb%22}", "a+b"),
        ("%7b%22id%22%3a%22%26documentId%3d%23%25%22%7d", "&documentId=#%"),
        (quote('{"id": "이벤트 🎁"}'), "이벤트 🎁"),
        (quote('{"id": "\\uC774\\u0041\\n\\"\\\\"}'), '이A\n"\\'),
        (quote('{"id": ""}'), ""),
    ],
)
def test_variables_arrive_as_they_were_meant_however_they_were_escaped(
    gateway: Running, answering: Subgraph, named: str, written: str, meant: str
) -> None:
    answering.data = ANN
    response = get(gateway, f"{named}&variables={written}")
    assert response.json() == {"data": {"user": {"id": "kr1", "displayName": "Ann", "__typename": "User"}}}
    assert [asked["variables"] for asked in answering.asked] == [{"id": meant}]


@pytest.mark.parametrize(
    "parameters",
    [
        f"{X}&documentId={CARD}",
        f"documentId={CARD}&operationName=UserCard&{X}",
        f"document%49d={CARD}&v%61riables=%7B%22id%22%3A%22x%22%7D",
        f"&documentId={CARD}&&variables=%7B%22id%22%3A%22x%22%7D&query=&other=1&",
        f"documentId={CARD}&extensions={hashed(CARD)}&{X}",
        f"documentId={CARD}&extensions=&{X}",
        f"documentId={CARD}&extensions=null&{X}",
    ],
)
def test_parameters_may_stand_in_any_order_and_be_empty(gateway: Running, answering: Subgraph, parameters: str) -> None:
    answering.data = ANN
    assert get(gateway, parameters).json()["data"]["user"]["displayName"] == "Ann"
    assert [asked["variables"] for asked in answering.asked] == [{"id": "x"}]


@pytest.mark.parametrize("variables", ["", "&variables=", "&variables=%7B%7D", "&variables=null"])
def test_an_operation_without_variables_needs_none(gateway: Running, answering: Subgraph, variables: str) -> None:
    answering.data = {"me": None}
    assert get(gateway, f"documentId={id_of('Me')}{variables}").json() == {"data": {"me": None}}


def test_what_an_older_version_sends_is_answered_beside_what_the_newest_sends(
    gateway: Running, answering: Subgraph
) -> None:
    assert id_of("OfferCard", "mobile", "1.0.0") != id_of("OfferCard", "mobile")
    answering.data = {"rewardOffer": None}
    for version in ("1.0.0", "next"):
        parameters = f"documentId={id_of('OfferCard', 'mobile', version)}&{X}"
        assert get(gateway, parameters).json() == {"data": {"rewardOffer": None}}
    assert len(answering.asked) == 2


@pytest.mark.parametrize(
    ("parameters", "status", "wanted"),
    [
        (f"documentId={'0' * 64}", 404, "PERSISTED_QUERY_NOT_IN_LIST"),
        ("documentId=", 404, "PERSISTED_QUERY_NOT_IN_LIST"),
        (f"documentId={CARD.upper()}", 404, "PERSISTED_QUERY_NOT_IN_LIST"),
        (f"extensions={hashed('0' * 64)}", 200, "PERSISTED_QUERY_NOT_FOUND"),
        (f"extensions={hashed(CARD, version=2)}", 400, "PERSISTED_QUERY_NOT_SUPPORTED"),
        (f"extensions={hashed(7)}", 400, "INVALID_GRAPHQL_REQUEST"),
        (f"extensions={hashed(None)}", 400, "INVALID_GRAPHQL_REQUEST"),
        ("extensions=%7B%22persistedQuery%22:[]%7D", 400, "INVALID_GRAPHQL_REQUEST"),
        ("extensions=%7B", 400, "INVALID_GRAPHQL_REQUEST"),
        ("extensions=%5B%5D", 400, "INVALID_GRAPHQL_REQUEST"),
        ("documentId=%ff", 400, "INVALID_GRAPHQL_REQUEST"),
        (f"documentId={CARD}&documentId={CARD}", 400, "INVALID_GRAPHQL_REQUEST"),
        (f"documentId={CARD}&extensions={hashed('0' * 64)}", 400, "INVALID_GRAPHQL_REQUEST"),
        (f"documentId={CARD}&variables=%7B", 400, "INVALID_GRAPHQL_REQUEST"),
        (f"documentId={CARD}&variables=%5B%5D", 400, "INVALID_GRAPHQL_REQUEST"),
        (f"documentId={CARD}&operationName=Other", 400, "GRAPHQL_UNKNOWN_OPERATION_NAME"),
        (f"documentId={CARD}", 400, "VALIDATION_INVALID_TYPE_VARIABLE"),
        (f"documentId={CARD}&query=%7B__typename%7D", 400, "CANNOT_SEND_PQ_ID_AND_BODY"),
        (f"query=%7B__typename%7D&extensions={hashed(CARD)}", 400, "PERSISTED_QUERY_HASH_MISMATCH"),
        (f"documentId={id_of('Logout', 'mobile')}", 405, "MUTATION_FORBIDDEN"),
        ("query=%7B__typename%7D", 403, "QUERY_NOT_IN_SAFELIST"),
        ("query=%7B", 400, "PARSING_ERROR"),
        ("", 400, "MISSING_QUERY_STRING"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_code_and_kept_by_no_cache(
    gateway: Running, answering: Subgraph, parameters: str, status: int, wanted: str
) -> None:
    response = get(gateway, parameters)
    assert (response.status_code, code(response)) == (status, wanted)
    assert response.headers["content-type"].startswith("application/json")
    assert "no-store" in response.headers["cache-control"] or "no-cache" in response.headers["cache-control"]
    assert len(response.headers["x-trace-id"]) == 32
    assert answering.asked == []


def test_by_post_only_a_manifest_s_text_is_answered(gateway: Running, answering: Subgraph) -> None:
    answering.data = ANN
    text = text_of("UserCard")
    known = httpx.post(gateway.url, json={"query": text, "variables": {"id": "x"}})
    assert known.json()["data"]["user"]["displayName"] == "Ann"
    answering.asked.clear()
    for other in (text + " ", "{ me { id } }", 'mutation { logout(input: {refreshToken: "x"}) { __typename } }'):
        refused = httpx.post(gateway.url, json={"query": other, "variables": {"id": "x"}})
        assert (refused.status_code, code(refused)) == (403, "QUERY_NOT_IN_SAFELIST")
    assert answering.asked == []


def test_a_mutation_of_a_manifest_goes_by_post_as_an_automatic_persisted_query(
    gateway: Running, answering: Subgraph
) -> None:
    answering.data = {"logout": {"__typename": "LogoutSuccess", "sessionsEnded": 1}}
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": id_of("Logout", "mobile")}}
    body = {"variables": {"refreshToken": "x"}, "extensions": extensions}
    assert code(httpx.post(gateway.url, json=body)) == "PERSISTED_QUERY_NOT_FOUND"
    told = httpx.post(gateway.url, json={**body, "query": text_of("Logout", "mobile")})
    assert told.json()["data"]["logout"]["sessionsEnded"] == 1
    assert httpx.post(gateway.url, json=body).json() == told.json()


def test_a_text_that_is_told_with_its_hash_is_refused_each_time_when_no_manifest_holds_it(
    gateway: Running, answering: Subgraph
) -> None:
    text = "query Mine { me { id } }"
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}}
    for body in ({"query": text, "extensions": extensions}, {"extensions": extensions}):
        response = httpx.post(gateway.url, json=body)
        assert response.status_code in (200, 403)
        assert code(response) in ("QUERY_NOT_IN_SAFELIST", "PERSISTED_QUERY_NOT_FOUND")
    assert answering.asked == []


@pytest.mark.parametrize(
    ("key", "passes"), [(DEVELOPER_KEY, True), (DEVELOPER_KEY[:-1], False), ("", False), (DEVELOPER_KEY + "x", False)]
)
def test_only_the_developer_s_key_passes_the_safelist(
    gateway: Running, answering: Subgraph, key: str, passes: bool
) -> None:
    answering.data = {"me": None}
    response = httpx.post(gateway.url, json={"query": "{ me { id } }"}, headers={"x-developer-key": key})
    assert (response.status_code == 200) is passes
    assert len(answering.asked) == int(passes)
    # What is sent to the router is not sent on.
    assert all("x-developer-key" not in json.dumps(asked) for asked in answering.asked)


def test_every_kept_operation_s_id_is_the_digest_of_its_text() -> None:
    kept = kept_operations(MANIFESTS)
    assert len(kept) > 30
    assert all(hashlib.sha256(text.encode()).hexdigest() == key for key, text in kept.items())
