"""Gathers the clients' operations: `python -m router.manifest` writes each client's `next.json` (`make manifest`).

`--release mobile@1.2.0` also keeps them as that version's manifest, which never changes again. `--check` writes nothing
and fails on drift, and on a schema that breaks an operation of any kept manifest, naming it and the versions that send it.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

from router.command import MANIFESTS, ROOT, SUPERGRAPH
from router.node import FOLDER, ensure_node_modules, node_binary

OPERATIONS: Final = ROOT / "schema" / "operations"


def run(
    mode: str, *more: str, supergraph: Path = SUPERGRAPH, operations: Path = OPERATIONS, manifests: Path = MANIFESTS
) -> subprocess.CompletedProcess[str]:
    """Gathers or checks; `mode` is write, check or release. A status other than 0 means faults, told on stderr."""
    ensure_node_modules(print)
    script = FOLDER / "manifest" / "manifest.mjs"
    command = [str(node_binary()), str(script), str(supergraph), str(operations), str(manifests), mode, *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def main(arguments: list[str]) -> int:
    """Gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m router.manifest", description=__doc__)
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--check", action="store_true", help="write nothing; fail on drift and on what the schema breaks"
    )
    chosen.add_argument("--release", metavar="CLIENT@VERSION", help="keep the operations as a released version's")
    given = parser.parse_args(arguments)
    mode = ("release", given.release) if given.release else ("check" if given.check else "write",)
    result = run(*mode)
    print(result.stdout.replace(f"{ROOT}/", ""), end="")
    print(result.stderr.replace(f"{ROOT}/", ""), end="", file=sys.stderr)
    return result.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
