"""Composition: drift, errors and hints fail, each with what is wrong."""

import shutil
from pathlib import Path

import pytest

from router.compose import ROOT, SUPERGRAPH, compose


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """supergraph.yaml and the subgraphs' SDL, to be spoilt."""
    shutil.copy(ROOT / "supergraph.yaml", tmp_path)
    (tmp_path / "schema").mkdir()
    for name in ("users", "events", "rewards"):
        shutil.copy(ROOT / "schema" / f"{name}.graphql", tmp_path / "schema")
    return tmp_path


def spoil(copy: Path, subgraph: str, old: str, new: str) -> None:
    path = copy / "schema" / f"{subgraph}.graphql"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_same_sdl_composes_to_the_committed_supergraph(copy: Path) -> None:
    out = copy / "supergraph.graphql"
    assert compose(copy / "supergraph.yaml", out, check=False).returncode == 0
    assert out.read_text() == SUPERGRAPH.read_text()


def test_drift_fails_and_writes_nothing(copy: Path) -> None:
    out = copy / "supergraph.graphql"
    out.write_text(SUPERGRAPH.read_text() + "# touched\n")
    before = out.read_text()
    result = compose(copy / "supergraph.yaml", out, check=True)
    assert result.returncode == 1
    assert "make supergraph" in result.stderr
    assert out.read_text() == before


def test_a_hint_fails(copy: Path) -> None:
    spoil(
        copy, "events", '"""What happened to one row of a bulk call that was not carried out."""', '"""Another word."""'
    )
    result = compose(copy / "supergraph.yaml", copy / "out.graphql", check=False)
    assert result.returncode == 1
    assert "hint INCONSISTENT_DESCRIPTION" in result.stderr
    assert not (copy / "out.graphql").exists()


def test_an_error_fails(copy: Path) -> None:
    spoil(copy, "events", "type RowFailure @shareable {", "type RowFailure @shareable {\n  more: Int")
    result = compose(copy / "supergraph.yaml", copy / "out.graphql", check=False)
    assert result.returncode == 1
    assert "error:" in result.stderr
