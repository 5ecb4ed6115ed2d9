"""Relay's compiler and @graphql-eslint's relay rules find nothing in the schema and the operations."""

import subprocess
from pathlib import Path

import pytest

from router.command import SUPERGRAPH
from router.manifest.__main__ import OPERATIONS
from router.node import ensure_node_modules, node_binary

FOLDER = Path(__file__).parent


def laid_out(supergraph: Path, folder: Path) -> list[str]:
    """The rules' complaints; the folder is ready for the compiler."""
    ensure_node_modules(print)
    command = [str(node_binary()), str(FOLDER / "relay.mjs"), str(supergraph), str(OPERATIONS), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.usefixtures("client_packages")
def test_relay_s_rules_and_compiler_find_nothing(client_packages: Path, tmp_path: Path) -> None:
    assert laid_out(SUPERGRAPH, tmp_path) == []
    compiler = client_packages / "relay-compiler" / "cli.js"
    compiled = subprocess.run(
        [str(node_binary()), str(compiler), "relay.config.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    made = list((tmp_path / "src" / "__generated__").glob("*.graphql.js"))
    assert len(made) >= len(list(OPERATIONS.rglob("*.graphql")))


@pytest.mark.usefixtures("client_packages")
def test_a_connection_that_is_none_of_relay_s_is_found(tmp_path: Path) -> None:
    text = SUPERGRAPH.read_text()
    spoilt = tmp_path / "supergraph.graphql"
    spoilt.write_text(text.replace("  hasNextPage: Boolean!", "  hasNextPage: Boolean"))
    assert text != spoilt.read_text()
    assert any("relay-page-info" in line for line in laid_out(spoilt, tmp_path))
