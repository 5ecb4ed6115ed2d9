"""urql with its document cache against the running stack."""

import json
import subprocess
from pathlib import Path

import pytest

from router.node import node_binary
from tests.fixtures.graph import Graph, operation

SCRIPT = Path(__file__).parent / "urql.mjs"


@pytest.mark.usefixtures("client_packages")
def test_it_reads_unions_and_connections_and_keeps_what_it_read(graph: Graph) -> None:
    asked = {
        "web/EventPage": {"id": "evdemo00active0000001"},
        "mobile/MyWallet": {"first": 2},
        "mobile/ClaimReward": {"offerId": "evdemo00paused0000007.points0001", "key": "urql"},
    }
    operations = {name: [operation(name), variables] for name, variables in asked.items()}
    token = graph.token("krdemo0000000000000000")
    command = [str(node_binary()), str(SCRIPT), graph.stack.router_url, token, json.dumps(operations)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    answers = told["answers"]
    assert [answer.get("error") for answer in answers.values()] == [None] * 3
    assert answers["web/EventPage"]["data"]["event"]["offers"][0]["reward"]["__typename"] == "PointReward"
    assert answers["mobile/MyWallet"]["data"]["me"]["wallet"]["entries"]["pageInfo"] is not None
    assert answers["mobile/ClaimReward"]["data"]["claimReward"]["__typename"] == "EventNotOpen"
    assert told["requests"] == 3
