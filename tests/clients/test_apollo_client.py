"""@apollo/client with its link for persisted queries, against the running stack."""

import json
import secrets
import subprocess
from pathlib import Path
from typing import Any

import pytest

from router.command import MANIFESTS
from router.node import node_binary
from tests.fixtures.graph import Graph

SCRIPT = Path(__file__).parent / "apollo.mjs"
EVENT, USER = "evdemo00active0000001", "krdemo0000000000000000"
pytestmark = pytest.mark.usefixtures("client_packages")


def run(graph: Graph, what: str, manifest: str, variables: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """What the client got, and what it sent."""
    path = MANIFESTS / f"{manifest}.json"
    command = [str(node_binary()), str(SCRIPT), what, graph.stack.router_url, graph.token(USER), str(path)]
    done = subprocess.run([*command, json.dumps(variables)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return told["result"], told["sent"]


@pytest.mark.parametrize("version", ["next", "1.0.0"])
def test_a_query_of_the_newest_and_of_an_older_manifest_is_one_get_without_text(graph: Graph, version: str) -> None:
    variables = {"name": "OfferCard", "id": f"{EVENT}.points0001"}
    result, sent = run(graph, "query", f"mobile/{version}", variables)
    assert result["rewardOffer"]["event"]["name"] == "Three quests"
    assert ("timezone" in result["rewardOffer"]["event"]) is (version == "next")
    assert sent == [{"method": "GET", "hasText": False, "status": 200}]


def test_a_mutation_is_a_post_whose_text_is_told_once(graph: Graph) -> None:
    variables = {"name": "ClaimReward", "offerId": "evdemo00paused0000007.points0001", "key": "apollo-client"}
    result, sent = run(graph, "mutate", "mobile/next", variables)
    assert result["claimReward"]["__typename"] == "EventNotOpen"
    assert [part["method"] for part in sent] == ["POST"] * len(sent)
    assert [part["hasText"] for part in sent] in ([False], [False, True])
    _, again = run(graph, "mutate", "mobile/next", variables)
    assert [part["hasText"] for part in again] == [False]


def test_without_a_manifest_apq_tells_the_text_once(graph: Graph) -> None:
    # No manifest holds an operation of this name.
    variables = {"name": "UserCard", "renamed": f"Card{secrets.token_hex(4)}", "id": USER}
    result, sent = run(graph, "apq-query", "web/next", variables)
    assert result["user"]["displayName"] == "Ann"
    assert [(part["method"], part["hasText"]) for part in sent] == [("GET", False), ("POST", True)]
    _, again = run(graph, "apq-query", "web/next", variables)
    assert [(part["method"], part["hasText"]) for part in again] == [("GET", False)]


def test_pages_grow_one_list_and_the_cache_s_policies_are_kept(graph: Graph) -> None:
    result, sent = run(graph, "pages", "web/next", {"first": 2})
    assert result["sizes"] == [2, 4, 6]
    assert (result["different"], result["fromCache"], result["fromNetwork"]) == (6, 0, 1)
    assert all(part == {"method": "GET", "hasText": False, "status": 200} for part in sent)
