"""Renders the explorer's pages into `.tools/explorer/`, once for each set of inputs.

GraphiQL from npm's assets, and the schema's documentation from what is committed.
"""

import hashlib
import subprocess
from pathlib import Path
from typing import Final

from router.command import ROOT, SUPERGRAPH
from router.node import FOLDER, node_binary

PAGE: Final = ROOT / ".tools" / "explorer" / "graphiql.html"
DOCS: Final = PAGE.with_name("docs.html")
_SOURCES: Final = FOLDER / "explorer"
# What the documentation is made of: committed, and checked for drift.
_OPERATIONS: Final = ROOT / "schema" / "operations"
_DESCRIBED: Final = (SUPERGRAPH, ROOT / "schema" / "permissions.md", ROOT / "docs" / "api.md", _OPERATIONS)


def build_pages() -> None:
    """Writes both pages' files, each only when what it is made of has changed."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    _build(PAGE, _SOURCES / "render.mjs", [], _SOURCES / "page.html")
    _build(DOCS, _SOURCES / "docs.mjs", list(_DESCRIBED), _SOURCES / "docs.html")


def _build(page: Path, script: Path, inputs: list[Path], template: Path) -> None:
    stamp = page.with_suffix(".stamp")
    below = [file for path in inputs if path.is_dir() for file in sorted(path.rglob("*.graphql"))]
    files = [path for path in inputs if path.is_file()]
    made_of = (FOLDER / "package-lock.json", script, template, *files, *below)
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()
    if page.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    command = [str(node_binary()), str(script), *map(str, inputs), str(page)]
    subprocess.run(command, check=True)  # noqa: S603 - our own command
    stamp.write_text(wanted)
