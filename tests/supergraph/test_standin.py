"""The stand-in gateway gives the clients' operations the answers that the router gives."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.local.ports import free_ports
from router.command import GatewayPlaces, gateway_environment, standin_command
from tests.fixtures.graph import Graph, operation
from tests.router.documents import id_of
from tests.stack import LocalStack

USER, EVENT = "krdemo0000000000000000", "evdemo00active0000001"
READS: list[tuple[str, dict[str, Any]]] = [
    ("web/ActiveEvents", {"first": 7}),
    ("web/EventsTable", {"last": 3, "sort": "NAME_ASC"}),
    ("web/EventPage", {"id": EVENT}),
    ("web/Me", {}),
    ("web/UserCard", {"id": "krdemo0000000000000002"}),
    ("mobile/MyWallet", {"first": 2}),
    ("mobile/MyRequests", {"first": 2}),
    ("mobile/OfferCard", {"id": f"{EVENT}.points0001"}),
    ("web/ActiveEvents", {"first": 0}),
    ("web/CreateReward", {"input": {"points": {"name": "x", "points": 1}}, "key": "k"}),
    ("web/Login", {"input": {"email": "nobody@example.com", "password": "wrong password"}}),
    ("mobile/ClaimReward", {"offerId": "evdemo00paused0000007.points0001", "key": "k"}),
    ("mobile/Logout", {"refreshToken": "x"}),
]


@pytest.fixture(scope="module")
def standin(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The stand-in before the running stack's subgraphs."""
    ports = free_ports()
    places = GatewayPlaces(
        listen=f"127.0.0.1:{ports.router}",
        health_listen=f"127.0.0.1:{ports.router_health}",
        metrics_listen=f"127.0.0.1:{ports.router_metrics}",
        users_url=stack.subgraph_url("users"),
        events_url=stack.subgraph_url("events"),
        rewards_url=stack.subgraph_url("rewards"),
        cors_origin="http://127.0.0.1",
    )
    environ = gateway_environment(places, stack.router_secret, stack.data / "rhai", for_developers=True)
    log = tmp_path_factory.mktemp("standin") / "standin.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            standin_command(), env={**os.environ, **environ}, stdout=output, stderr=subprocess.STDOUT
        )
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{ports.router_health}/health?ready")
            break
        except httpx.HTTPError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
    yield f"http://127.0.0.1:{ports.router}/graphql"
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)


def told(body: dict[str, Any]) -> Any:
    """What a client goes by; when it was asked and how errors are worded is each gateway's own."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: strip(part) for name, part in value.items() if name not in ("asOf", "retryAt")}
        return [strip(part) for part in value] if isinstance(value, list) else value

    errors = [(error.get("path"), error["extensions"]["code"]) for error in body.get("errors", [])]
    return strip(body.get("data")), errors


@pytest.mark.parametrize(("name", "variables"), READS, ids=[name for name, _ in READS])
async def test_both_say_the_same(graph: Graph, standin: str, name: str, variables: dict[str, Any]) -> None:
    body = {"query": operation(name), "variables": variables}
    headers = {"authorization": f"Bearer {graph.token(USER)}"}
    answers = [
        (await graph.http.post(url, json=body, headers=headers)).json() for url in (graph.stack.router_url, standin)
    ]
    assert told(answers[0]) == told(answers[1])


@pytest.mark.parametrize(("name", "variables"), READS[:9], ids=[name for name, _ in READS[:9]])
async def test_both_say_the_same_by_the_operation_s_id(
    graph: Graph, standin: str, name: str, variables: dict[str, Any]
) -> None:
    client, _, operation_name = name.partition("/")
    parameters = {"documentId": id_of(operation_name, client), "variables": json.dumps(variables)}
    headers = {"authorization": f"Bearer {graph.token(USER)}", "apollo-require-preflight": "1"}
    answers = [
        (await graph.http.get(url, params=parameters, headers=headers)).json()
        for url in (graph.stack.router_url, standin)
    ]
    assert answers[0]["data"] is not None or answers[0]["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert told(answers[0]) == told(answers[1])
