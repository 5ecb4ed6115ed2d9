"""Who may not, may not, and nothing changes: no token, the wrong role, another's data, past the router."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fixtures.client import Answer
from tests.fixtures.graph import Graph, operation
from tests.supergraph.fingerprint import Fingerprint

CREATE_EVENT = {
    "input": {
        "name": "Denied",
        "startsAt": "2026-01-01T00:00:00Z",
        "rule": {"count": {"activity": "QUEST", "target": 1}},
    },
    "key": "denied",
}
EVENT = "evdemo00active0000001"
OFFER = f"{EVENT}.points0001"
ROW = {
    "userId": "krdemo0000000000000000",
    "type": "QUEST",
    "occurredAt": "2026-11-01T00:00:00Z",
    "source": "denied",
    "externalId": "denied",
}
# Operation, variables, and whom it is denied to: None is nobody, "" a plain user.
DENIED: list[tuple[str, dict[str, Any], list[str | None]]] = [
    ("web/CreateEvent", CREATE_EVENT, [None, "", "AUDITOR", "service"]),
    ("web/TransitionEvent", {"id": EVENT, "version": 1, "transition": "END"}, [None, "", "AUDITOR", "service"]),
    (
        "web/CreateReward",
        {"input": {"points": {"name": "x", "points": 1}}, "key": "denied"},
        [None, "", "AUDITOR", "service"],
    ),
    (
        "web/CreateOffer",
        {"input": {"eventId": EVENT, "rewardId": "rwdemo0000000000000001"}, "key": "denied"},
        [None, "", "AUDITOR", "service"],
    ),
    ("web/RecordActivities", {"input": {"rows": [ROW]}}, [None, "", "OPERATOR", "AUDITOR"]),
    ("mobile/ClaimReward", {"offerId": OFFER, "key": "denied"}, [None, "service"]),
    ("web/UserCard", {"id": "krdemo0000000000000000"}, [None]),
]


@pytest.fixture
async def stored(graph: Graph) -> AsyncIterator[Fingerprint]:
    async with Fingerprint(graph.stack) as fingerprint:
        yield fingerprint


def token(graph: Graph, caller: str | None) -> str | None:
    if caller is None:
        return None
    if caller == "service":
        return graph.stack.service_token
    return graph.token("us" + "x" * 20, *([caller] if caller else []))


@pytest.mark.parametrize(("name", "variables", "callers"), DENIED, ids=[entry[0] for entry in DENIED])
async def test_who_may_not_is_told_so_and_changes_nothing(
    graph: Graph, stored: Fingerprint, name: str, variables: dict[str, Any], callers: list[str | None]
) -> None:
    before = await stored()
    for caller in callers:
        answer = await graph.run(name, variables, token=token(graph, caller))
        assert answer.codes == ["UNAUTHENTICATED" if caller is None else "FORBIDDEN"], (caller, answer)
        assert not any((answer.partial or {}).values())
    assert await stored() == before


@pytest.mark.parametrize("kind", ["expired", "foreign", "malformed"])
async def test_a_bad_token_is_refused_whatever_is_asked_and_changes_nothing(
    graph: Graph, stored: Fingerprint, kind: str
) -> None:
    from tests.fixtures.issuer import Issuer

    bad = {
        "expired": graph.token("krdemo0000000000000003", "ADMIN", expired=True),
        "foreign": Issuer().token("krdemo0000000000000003", "ADMIN"),
        "malformed": "eyJ.not.atoken",
    }[kind]
    before = await stored()
    for name, variables in (
        ("web/Me", {}),
        ("web/ActiveEvents", {"first": 1}),
        ("mobile/ClaimReward", {"offerId": OFFER, "key": "bad"}),
        ("web/CreateEvent", CREATE_EVENT),
    ):
        answer = await graph.run(name, variables, token=bad)
        assert set(answer.codes) == {"UNAUTHENTICATED"}
        assert bad not in json.dumps(answer.body)
    assert await stored() == before


async def test_another_s_request_wallet_and_activities_are_as_if_they_were_not_there(graph: Graph) -> None:
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"])
    await graph.did_quest("us-owner")
    request_id = (await graph.claim(offer_id, "us-owner", "tap"))["request"]["id"]
    query = """query Peek($id: ID!) { rewardRequest(id: $id) { id status user {
      wallet { balance } rewardRequests { edges { node { id } } } activities { edges { node { id } } } } } }"""
    mine = (await graph(query, {"id": request_id}, token=graph.token("us-owner"))).data["rewardRequest"]
    assert mine["user"]["wallet"] == {"balance": 100}
    assert len(mine["user"]["activities"]["edges"]) == 1
    assert (await graph(query, {"id": request_id}, token=graph.token("us-other"))).data == {"rewardRequest": None}
    assert (await graph(query, {"id": request_id})).codes == ["UNAUTHENTICATED"]
    for_staff = await graph(query, {"id": request_id}, token=graph.token("us-staff", "AUDITOR"))
    assert for_staff.data["rewardRequest"]["user"]["wallet"] == {"balance": 100}
    peek = """query Peek($id: ID!) { user(id: $id) { displayName email status
      wallet { balance } rewardRequests { edges { node { id } } } activities { edges { node { id } } }
      eventProgress(eventIds: ["x"]) { satisfied } } }"""
    other = await graph(peek, {"id": "krdemo0000000000000000"}, token=graph.token("us-other"))
    found = other.data["user"]
    assert found.pop("displayName") == "Ann"
    assert set(found.values()) == {None}


async def test_a_draft_and_an_archived_event_show_to_staff_alone(graph: Graph) -> None:
    query = "query One($id: ID!) { event(id: $id) { id status } }"
    for event_id, status in (("evdemo00draft00000008", "DRAFT"), ("evdemo00archiv0000010", "ARCHIVED")):
        for caller in (None, ""):
            answer = await graph(query, {"id": event_id}, token=token(graph, caller))
            assert answer.data == {"event": None}
        for role in ("OPERATOR", "AUDITOR", "ADMIN"):
            answer = await graph(query, {"id": event_id}, token=token(graph, role))
            assert answer.data["event"]["status"] == status
        listing = "{ events(filter: {statuses: [DRAFT, ARCHIVED]}, first: 100) { edges { node { id } } totalCount } }"
        hidden = (await graph(listing)).data["events"]
        assert (hidden["edges"], hidden["totalCount"]) == ([], 0)


@pytest.mark.parametrize("subgraph", ["users", "events", "rewards"])
async def test_past_the_router_a_subgraph_answers_nobody_but_services(
    graph: Graph, stored: Fingerprint, subgraph: str
) -> None:
    before = await stored()
    mutation = {
        "users": operation("web/Login"),
        "events": operation("web/CreateEvent"),
        "rewards": 'mutation { claimReward(input: {offerId: "x"}, idempotencyKey: "x") { __typename } }',
    }[subgraph]
    admin = graph.token("krdemo0000000000000003", "ADMIN")
    entities = '{ _entities(representations: [{__typename: "User", id: "krdemo0000000000000000"}]) { __typename } }'
    for headers in ({}, {"x-router-secret": "guess"}, {"authorization": f"Bearer {admin}"}):
        for query in ("{ __typename }", mutation, entities, "{ _service { sdl } }"):
            answer: Answer = await graph.subgraph(subgraph, headers)(query)
            assert (answer.status, answer.codes) == (403, ["FORBIDDEN"])
            assert answer.partial is None
    service = {"authorization": f"Bearer {graph.stack.service_token}"}
    assert (await graph.subgraph(subgraph, service)("{ __typename }")).data == {"__typename": "Query"}
    assert await stored() == before


async def test_entities_obey_the_rules_of_the_queries(graph: Graph) -> None:
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"])
    await graph.did_quest("us-entity")
    request_id = (await graph.claim(offer_id, "us-entity", "tap"))["request"]["id"]
    router = {"x-router-secret": graph.stack.router_secret}
    request = [{"__typename": "RewardRequest", "id": request_id}]
    rewards = graph.subgraph("rewards", router)
    seen = await rewards.entities(request, "... on RewardRequest { id }", token=graph.token("us-entity"))
    assert seen.data["_entities"][0]["id"] == request_id
    for caller in (None, graph.token("us-other"), graph.stack.service_token):
        hidden = await rewards.entities(request, "... on RewardRequest { id }", token=caller)
        assert hidden.data["_entities"] == [None]
    draft = [{"__typename": "Event", "id": "evdemo00draft00000008"}]
    events = graph.subgraph("events", router)
    assert (await events.entities(draft, "... on Event { name }")).data["_entities"] == [None]
    asked = '... on Event { eligibility(userIds: ["us-entity"]) { satisfied } }'
    active = [{"__typename": "Event", "id": event["id"]}]
    for caller in (None, graph.token("us-entity"), graph.operator):
        assert (await events.entities(active, asked, token=caller)).codes[0] in ("UNAUTHENTICATED", "FORBIDDEN")
    by_service = await events.entities(active, asked, token=graph.stack.service_token)
    assert by_service.data["_entities"][0]["eligibility"] == [{"satisfied": True}]


async def test_eligibility_is_not_in_the_supergraph_s_api(graph: Graph) -> None:
    answer = await graph(f'{{ event(id: "{EVENT}") {{ eligibility(userIds: ["a"]) {{ satisfied }} }} }}')
    assert answer.partial is None
    assert answer.errors


@pytest.mark.parametrize("page", ["first: 0", "first: 101", "last: 0", "last: 101", "first: 1, last: 1"])
async def test_a_page_of_no_sensible_size_is_bad_user_input(graph: Graph, page: str) -> None:
    answer = await graph(f"{{ events({page}) {{ edges {{ node {{ id }} }} }} }}")
    assert answer.partial == {"events": None}
    assert answer.codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("cursor", ["", "abc", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x" * 5000])
async def test_a_forged_cursor_is_bad_user_input(graph: Graph, cursor: str) -> None:
    answer = await graph.run("web/ActiveEvents", {"after": cursor})
    assert answer.codes == ["BAD_USER_INPUT"]


async def test_a_cursor_of_another_sort_is_bad_user_input(graph: Graph) -> None:
    page = (await graph.run("web/ActiveEvents", {"first": 1})).data["events"]
    variables = {"first": 1, "after": page["pageInfo"]["endCursor"]}
    assert (await graph.run("web/EventsTable", variables, token=graph.operator)).codes == ["BAD_USER_INPUT"]
