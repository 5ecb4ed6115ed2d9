"""Every operation of the clients, through the router, doing what its screen needs."""

import asyncio
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.graph import OPERATIONS, SENT, Graph, operation
from tests.fixtures.records import is_whole


async def field(graph: Graph, name: str, variables: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    return await graph.field(name, variables, token=token)


async def test_from_signing_up_to_the_wallet(graph: Graph) -> None:
    email = f"{secrets.token_hex(6)}@example.com"
    password = "correct horse battery"
    wanted = {"email": email, "password": password, "displayName": "Ann", "region": "KR"}
    made = await field(graph, "web/Register", {"input": wanted})
    assert made["__typename"] == "RegisterSuccess"
    login = await field(graph, "web/Login", {"input": {"email": email.upper(), "password": password}})
    refreshed = await field(graph, "mobile/RefreshSession", {"refreshToken": login["session"]["refreshToken"]})
    token, user_id = refreshed["session"]["accessToken"], login["session"]["user"]["id"]
    me = await field(graph, "web/Me", {}, token)
    assert (me["id"], me["email"], me["wallet"]["balance"]) == (user_id, email, 0)
    assert (await field(graph, "web/UserCard", {"id": user_id}, token))["displayName"] == "Ann"

    event = await graph.active_event(name="Operations")
    offer_id = await graph.offer(event["id"], stockTotal=3)
    now = datetime.now(UTC)
    row = {"userId": user_id, "type": "QUEST", "occurredAt": now.isoformat(), "source": "g", "externalId": "1"}
    rows = [row, row, {**row, "externalId": "2", "occurredAt": (now + timedelta(days=1)).isoformat()}]
    told = await field(graph, "web/RecordActivities", {"input": {"rows": rows}}, graph.stack.service_token)
    assert (told["accepted"], told["duplicates"], [f["index"] for f in told["failures"]]) == (1, 1, [2])

    page = await field(graph, "web/EventPage", {"id": event["id"]}, token)
    assert page["myProgress"]["satisfied"] is True
    assert page["offers"][0]["stock"] == {"total": 3, "remaining": 3}
    card = await field(graph, "mobile/OfferCard", {"id": offer_id})
    assert card["event"]["name"] == "Operations"
    claimed = await field(graph, "mobile/ClaimReward", {"offerId": offer_id, "key": "tap"}, token)
    assert claimed["request"]["grant"]["points"] == 100
    wallet = (await field(graph, "mobile/MyWallet", {}, token))["wallet"]
    assert wallet["balance"] == 100
    assert wallet["entries"]["edges"][0]["node"]["request"]["event"]["name"] == "Operations"
    requests = (await field(graph, "mobile/MyRequests", {}, token))["rewardRequests"]
    assert requests["totalCount"] == 1
    assert requests["edges"][0]["node"]["history"][0]["to"] == "FULFILLED"
    ended = await field(graph, "mobile/Logout", {"refreshToken": refreshed["session"]["refreshToken"]})
    assert ended["sessionsEnded"] == 1


async def test_from_the_form_of_an_event_to_the_front_page(graph: Graph) -> None:
    wanted = {
        "name": "Front page",
        "startsAt": "2026-01-01T00:00:00Z",
        "tags": ["Front", "page"],
        "rule": {"allOf": [{"count": {"activity": "LOGIN", "target": 2, "distinctDays": True}}]},
    }
    key = secrets.token_hex(8)
    made = (await field(graph, "web/CreateEvent", {"input": wanted, "key": key}, graph.operator))["event"]
    assert (made["status"], made["tags"]) == ("DRAFT", ["front", "page"])
    again = (await field(graph, "web/CreateEvent", {"input": wanted, "key": key}, graph.operator))["event"]
    assert again["id"] == made["id"]
    other = await field(graph, "web/CreateEvent", {"input": {**wanted, "name": "Other"}, "key": key}, graph.operator)
    assert other["__typename"] == "IdempotencyConflict"
    move = {"id": made["id"], "version": 1, "transition": "PUBLISH"}
    moved = await field(graph, "web/TransitionEvent", move, graph.operator)
    assert moved["event"]["status"] == "ACTIVE"
    assert (await field(graph, "web/TransitionEvent", move, graph.operator))["currentVersion"] == 2
    refused = await field(graph, "web/TransitionEvent", {**move, "version": 2}, graph.operator)
    assert (refused["__typename"], refused["allowed"]) == ("IllegalTransition", ["PAUSE", "END"])
    reward = {"points": {"name": "P", "points": 5, "expireAfterDays": 3}}
    variables: dict[str, Any] = {"input": reward, "key": secrets.token_hex(8)}
    given = (await field(graph, "web/CreateReward", variables, graph.operator))["reward"]
    offer = {"eventId": made["id"], "rewardId": given["id"], "pointsBudget": 50}
    variables = {"input": offer, "key": secrets.token_hex(8)}
    offered = (await field(graph, "web/CreateOffer", variables, graph.operator))["offer"]
    assert offered["budget"] == {"limit": 50, "remaining": 50, "reserved": 0, "spent": 0}
    front = await field(graph, "web/ActiveEvents", {"first": 100})
    mine = [edge["node"] for edge in front["edges"] if edge["node"]["id"] == made["id"]]
    assert [entry["offers"][0]["reward"]["points"] for entry in mine] == [5]
    table = await field(graph, "web/EventsTable", {"filter": {"tags": ["front"]}, "last": 5}, graph.operator)
    assert table["totalCount"] >= 1
    assert table["edges"][-1]["node"]["createdBy"]["id"] == "krdemo0000000000000001"


async def test_a_login_becomes_an_activity_a_moment_later(graph: Graph) -> None:
    session = await graph.registered()
    query = "{ me { activities(filter: {types: [LOGIN]}) { edges { node { source } } } } }"
    deadline = time.monotonic() + 20
    while True:
        edges = (await graph(query, token=session["accessToken"])).data["me"]["activities"]["edges"]
        if edges:
            break
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    assert [edge["node"]["source"] for edge in edges] == ["users"]


@pytest.mark.last
@pytest.mark.servers
def test_every_operation_was_sent(request: pytest.FixtureRequest) -> None:
    if not is_whole(request.config):
        pytest.skip("only some of the tests were asked for")
    files = {str(path.relative_to(OPERATIONS)).removesuffix(".graphql") for path in OPERATIONS.rglob("*.graphql")}
    assert len(files) >= 8
    assert files == SENT
    assert all(operation(name).startswith("#") for name in files)
