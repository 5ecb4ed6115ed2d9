"""GraphQL over HTTP, by graphql-http's audits."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from router.node import node_binary
from tests.stack import LocalStack

SCRIPT = Path(__file__).parent / "audits.mjs"


def audited(url: str, **headers: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """How many audits there are, and those that were not met, by id."""
    command = [str(node_binary()), str(SCRIPT), url, json.dumps(headers)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return told["total"], {audit["id"]: audit for audit in told["missed"]}


@pytest.mark.usefixtures("client_packages")
@pytest.mark.parametrize("subgraph", ["users", "events", "rewards"])
def test_every_subgraph_meets_all_audits(stack: LocalStack, subgraph: str) -> None:
    assert audited(stack.subgraph_url(subgraph), **{"x-router-secret": stack.router_secret}) == (61, {})


@pytest.mark.usefixtures("client_packages")
def test_the_router_meets_all_audits_but_those_that_the_docs_explain(stack: LocalStack) -> None:
    total, missed = audited(stack.router_url, **{"apollo-require-preflight": "1"})
    document = (SCRIPT.parents[2] / "docs" / "api.md").read_text()
    explained = {name for name in missed if f"`{name}`" in document}
    assert (total, set(missed) - explained) == (61, set()), missed
