"""Composes the supergraph: `python -m router.compose` writes it, `--check` fails on drift, hints and errors."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from router.node import FOLDER, ensure_node_modules, node_binary

ROOT: Final = FOLDER.parent
SUPERGRAPH: Final = ROOT / "schema" / "supergraph.graphql"


def compose(config: Path, out: Path, *, check: bool) -> subprocess.CompletedProcess[str]:
    """Runs the composition; a status other than 0 means errors, hints or drift, told on stderr."""
    ensure_node_modules(print)
    command = [str(node_binary()), str(FOLDER / "compose.mjs"), str(config), str(out)]
    return subprocess.run(  # noqa: S603 - our own command
        [*command, "--check"] if check else command, capture_output=True, text=True, check=False
    )


def main() -> int:
    """Runs the command; returns its exit status where it has one."""
    result = compose(ROOT / "supergraph.yaml", SUPERGRAPH, check="--check" in sys.argv[1:])
    print(result.stdout, end="")
    print(result.stderr, end="", file=sys.stderr)
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
