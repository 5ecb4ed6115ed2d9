"""What changes about users and keys holds in every subgraph, soon and without a failed request."""

import asyncio
import time
from typing import Any

import jwt

from subgraphs.users.issue_keys import issue
from tests.fixtures.client import Answer
from tests.fixtures.graph import Graph

SET_ROLES = """mutation Roles($id: ID!, $roles: [Role!]!, $version: Int!) { setRoles(input: {userId: $id, roles: $roles,
  reason: "test", expectedVersion: $version}) { __typename ... on UserSuccess { user { version } } } }"""
SUSPEND = """mutation Suspend($id: ID!, $version: Int!) { setUserStatus(input: {userId: $id, status: SUSPENDED,
  reason: "test", expectedVersion: $version}) { __typename } }"""
# A field of each subgraph that an auditor may read; the answer is an empty trail.
FOR_AUDITORS = {
    "users": '{ userAudit(userId: "nobody") { edges { cursor } } }',
    "events": '{ eventAudit(eventId: "nothing") { edges { cursor } } }',
    "rewards": '{ rewardAudit(subjectId: "nothing") { edges { cursor } } }',
}
FOR_ANYBODY = {
    "users": "{ me { id } }",
    "events": "{ events(first: 1) { edges { cursor } } }",
    "rewards": '{ rewardOffer(id: "evdemo00active0000001.points0001") { id } }',
}
PROMISED_SECONDS = 5


async def codes_within(graph: Graph, queries: dict[str, str], token: str, wanted: list[str]) -> None:
    """Each query comes to answer with these codes within the time promised."""
    deadline = time.monotonic() + PROMISED_SECONDS
    for name, query in queries.items():
        while (await graph(query, token=token)).codes != wanted:
            assert time.monotonic() < deadline, name
            await asyncio.sleep(0.1)


async def test_a_change_of_roles_and_a_suspension_hold_in_every_subgraph_within_five_seconds(graph: Graph) -> None:
    session = await graph.registered()
    user_id, token = session["user"]["id"], session["accessToken"]
    admin = graph.token("krdemo0000000000000003", "ADMIN")
    for query in FOR_AUDITORS.values():
        assert (await graph(query, token=token)).codes == ["FORBIDDEN"]
    granted = await graph(SET_ROLES, {"id": user_id, "roles": ["USER", "AUDITOR"], "version": 1}, token=admin)
    assert granted.data["setRoles"]["user"]["version"] == 2
    await codes_within(graph, FOR_AUDITORS, token, [])
    await graph(SET_ROLES, {"id": user_id, "roles": ["USER"], "version": 2}, token=admin)
    await codes_within(graph, FOR_AUDITORS, token, ["FORBIDDEN"])
    await graph(SUSPEND, {"id": user_id, "version": 3}, token=admin)
    await codes_within(graph, FOR_ANYBODY, token, ["UNAUTHENTICATED"])


async def test_keys_rotate_without_a_failed_request(graph: Graph) -> None:
    user = await graph.registered(email="rotation@example.com")
    login = {"input": {"email": "rotation@example.com", "password": "correct horse battery"}}
    before = key_id(user["accessToken"])
    issue(graph.stack.signing_keys, keep=1, after_seconds=4)
    seen: set[str] = set()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and seen <= {before}:
        token = (await graph.field("web/Login", login))["session"]["accessToken"]
        seen.add(key_id(token))
        for held in (token, user["accessToken"]):
            answers: list[Answer] = await asyncio.gather(*(graph(q, token=held) for q in FOR_ANYBODY.values()))
            assert [answer.errors for answer in answers] == [[]] * len(answers)
        await asyncio.sleep(0.05)
    assert len(seen) == 2, "the new key never signed"
    assert (await graph("{ me { id } }", token=user["accessToken"])).data["me"] == {"id": user["user"]["id"]}


def key_id(token: str) -> str:
    header: dict[str, Any] = jwt.get_unverified_header(token)
    found: str = header["kid"]
    return found
