"""The stand-in gateway gives the clients' operations the answers that the router gives."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.local.ports import free_ports
from router.command import GatewayPlaces, gateway_environment, standin_command
from tests.fixtures.graph import OPERATIONS, Graph
from tests.stack import LocalStack
from tests.supergraph.client_life import live
from tests.supergraph.gateway_transcript import Teller

USER, EVENT = "krdemo0000000000000000", "evdemo00active0000001"
# Lists of what everybody has made, which both are asked at the same moment.
READS: list[tuple[str, dict[str, Any]]] = [
    ("web/ActiveEvents", {"first": 7}),
    ("web/EventsTable", {"last": 3, "sort": "NAME_ASC"}),
    ("web/EventPage", {"id": EVENT}),
    ("web/EventStats", {"id": EVENT}),
    ("mobile/MyOffers", {"first": 3}),
    ("mobile/Inbox", {}),
    ("web/Reconciliation", {}),
    ("web/ActiveEvents", {"first": 0}),
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


@pytest.mark.parametrize(("name", "variables"), READS, ids=[name for name, _ in READS])
async def test_both_say_the_same_of_what_all_have_made(
    graph: Graph, standin: str, name: str, variables: dict[str, Any]
) -> None:
    tellers = [Teller(graph, url, "") for url in (graph.stack.router_url, standin)]
    for teller in tellers:
        await teller(name, variables, token=graph.token(USER, "OPERATOR", "ADMIN"))
    assert tellers[0].told == tellers[1].told


async def test_both_say_the_same_of_all_that_clients_do(graph: Graph, standin: str) -> None:
    tellers = [Teller(graph, url, f"w{secrets.token_hex(5)}") for url in (graph.stack.router_url, standin)]
    for teller in tellers:
        await live(teller, graph)
    for by_router, by_standin in zip(tellers[0].told, tellers[1].told, strict=True):
        assert by_router == by_standin
    files = {str(path.relative_to(OPERATIONS)).removesuffix(".graphql") for path in OPERATIONS.rglob("*.graphql")}
    assert {name for name, _ in tellers[0].told} | {name for name, _ in READS} == files
    # Most of what was told is an answer, and some of it errors.
    failed = [name for name, (data, errors) in tellers[0].told if errors]
    assert 0 < len(failed) < 8
