"""The audit trail through the router: who did what, what it was before, for auditors and admins alone."""

import secrets
from typing import Any

import pytest

from tests.fixtures.graph import Graph

TRAIL = (
    "edges { node { id action reason before after hash actor { id displayName } } } pageInfo { hasNextPage endCursor }"
)
KEYS = {"eventAudit": "eventId", "userAudit": "userId", "rewardAudit": "subjectId"}
AUDITS = {
    name: f"query A($id: ID!, $n: Int, $c: String) {{ {name}({key}: $id, first: $n, after: $c) {{ {TRAIL} }} }}"
    for name, key in KEYS.items()
}


async def trail(graph: Graph, name: str, subject_id: str, **variables: Any) -> dict[str, Any]:
    auditor = graph.token("krdemo0000000000000002", "AUDITOR")
    answer = await graph(AUDITS[name], {"id": subject_id, **variables}, token=auditor)
    found: dict[str, Any] = answer.data[name]
    return found


async def test_an_event_s_trail_tells_its_changes_latest_first(graph: Graph) -> None:
    event = await graph.active_event(name="Audited")
    move = {"id": event["id"], "version": 2, "transition": "PAUSE", "reason": "a mistake"}
    await graph.field("web/TransitionEvent", move, token=graph.operator)
    found = [edge["node"] for edge in (await trail(graph, "eventAudit", event["id"]))["edges"]]
    assert [entry["action"] for entry in found] == ["event.pause", "event.publish", "event.created"]
    assert found[0]["reason"] == "a mistake"
    assert found[0]["before"] == {"lifecycle": "PUBLISHED", "version": 2}
    assert found[0]["after"] == {"lifecycle": "PAUSED", "version": 3}
    assert found[2]["before"] is None
    assert (found[2]["after"]["name"], found[2]["after"]["endsAt"]) == ("Audited", None)
    assert {entry["actor"]["displayName"] for entry in found} == {"Operator"}
    assert len({entry["hash"] for entry in found}) == 3
    first = await trail(graph, "eventAudit", event["id"], n=2)
    assert first["pageInfo"]["hasNextPage"] is True
    rest = await trail(graph, "eventAudit", event["id"], n=2, c=first["pageInfo"]["endCursor"])
    assert [edge["node"]["action"] for edge in rest["edges"]] == ["event.created"]


async def test_a_claim_an_offer_and_an_account_have_their_trails(graph: Graph) -> None:
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"])
    session = await graph.registered(displayName="Claimer")
    user_id = session["user"]["id"]
    await graph.did_quest(user_id)
    request_id = (await graph.claim(offer_id, user_id, "tap"))["request"]["id"]
    for name, subject_id, action, actor in (
        ("rewardAudit", request_id, "request.claimed", "Claimer"),
        ("rewardAudit", offer_id, "offer.created", "Operator"),
        ("userAudit", user_id, "user.registered", "Claimer"),
    ):
        (entry,) = [edge["node"] for edge in (await trail(graph, name, subject_id))["edges"]]
        assert (entry["action"], entry["actor"]["displayName"]) == (action, actor)
        assert "example.com" not in str(entry)


@pytest.mark.parametrize("name", sorted(AUDITS))
async def test_a_trail_is_for_auditors_and_admins_alone(graph: Graph, name: str) -> None:
    event_id = "evdemo00active0000001"
    for roles, code in (([], "FORBIDDEN"), (["OPERATOR"], "FORBIDDEN"), (["AUDITOR"], None), (["ADMIN"], None)):
        token = graph.token("us" + secrets.token_hex(10), *roles)
        answer = await graph(AUDITS[name], {"id": event_id}, token=token)
        assert answer.codes == ([] if code is None else [code])
    assert (await graph(AUDITS[name], {"id": event_id})).codes == ["UNAUTHENTICATED"]
    assert (await graph(AUDITS[name], {"id": event_id}, token=graph.stack.service_token)).codes == ["FORBIDDEN"]
    for bad in ({"n": 0}, {"n": 101}, {"c": "forged"}):
        token = graph.token("krdemo0000000000000002", "AUDITOR")
        assert (await graph(AUDITS[name], {"id": event_id, **bad}, token=token)).codes == ["BAD_USER_INPUT"]


async def test_a_cursor_of_one_trail_is_refused_by_another(graph: Graph) -> None:
    first, second = await graph.active_event(), await graph.active_event()
    page = await trail(graph, "eventAudit", first["id"], n=1)
    variables = {"id": second["id"], "n": 1, "c": page["pageInfo"]["endCursor"]}
    token = graph.token("krdemo0000000000000002", "AUDITOR")
    assert (await graph(AUDITS["eventAudit"], variables, token=token)).codes == ["BAD_USER_INPUT"]
