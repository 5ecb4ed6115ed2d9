"""A router, and the stand-in, before a subgraph of the tests' own, with production's defaults and the committed manifests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from router.command import standin_command
from router.node import ensure_node_modules
from tests.router.running import Running, Subgraph, running_gateway, running_router, subgraph

DEVELOPER_KEY = "the-developer-key-of-the-tests"


@pytest.fixture(scope="package")
def part() -> Iterator[tuple[Subgraph, str]]:
    """The server in place of all three subgraphs, and its address."""
    with subgraph() as running:
        yield running


@pytest.fixture(scope="package")
def router(
    real_router: Path, part: tuple[Subgraph, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The running router; the safelist is on."""
    urls = dict.fromkeys(("users", "events", "rewards"), part[1])
    environ = {"ROUTER_DEVELOPER_KEY": DEVELOPER_KEY}
    with running_router(real_router, urls, tmp_path_factory.mktemp("router"), environ=environ) as running:
        yield running


@pytest.fixture(scope="package")
def standin(part: tuple[Subgraph, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The stand-in with the same environment."""
    ensure_node_modules(print)
    urls = dict.fromkeys(("users", "events", "rewards"), part[1])
    environ = {"ROUTER_DEVELOPER_KEY": DEVELOPER_KEY}
    with running_gateway(standin_command(), urls, tmp_path_factory.mktemp("standin"), environ=environ) as running:
        yield running


@pytest.fixture(params=["router", "standin"])
def gateway(request: pytest.FixtureRequest, real_router: Path) -> Running:
    """Each of the two, which must say the same."""
    running: Running = request.getfixturevalue(request.param)
    return running


@pytest.fixture
def answering(part: tuple[Subgraph, str]) -> Subgraph:
    """What the subgraph answers in this test; it starts with nothing."""
    state = part[0]
    state.data, state.errors, state.headers = {}, [], {}
    state.asked.clear()
    return state
