"""The quick checks, side by side: `python -m deploy.ci.check` (`make check`). Under a minute on two cores."""

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from router.node import ensure_node_modules

ROOT: Final = Path(__file__).resolve().parents[2]
BIN: Final = Path(sys.executable).parent
CHECKS: Final[dict[str, Sequence[str]]] = {
    "types": (str(BIN / "mypy"),),
    "quick tests": (sys.executable, "-m", "pytest", "-q", "-m", "not servers", "-p", "no:cacheprovider"),
    "lint": (str(BIN / "ruff"), "check", "."),
    "format": (str(BIN / "ruff"), "format", "--check", "."),
    "walls": (str(BIN / "lint-imports"),),
    "schema": (sys.executable, "-m", "deploy.generate.schema", "--check"),
    "permissions": (sys.executable, "-m", "deploy.generate.permissions", "--check"),
    "cached fields": (sys.executable, "-m", "deploy.generate.cached_fields", "--check"),
    "guaranteed lists": (sys.executable, "-m", "deploy.generate.guaranteed_lists", "--check"),
    "supergraph": (sys.executable, "-m", "router.compose", "--check"),
    "manifests": (sys.executable, "-m", "router.manifest", "--check"),
}


def run(name: str) -> tuple[str, int, float, str]:
    """One check: its name, status, seconds, and what it said."""
    started = time.monotonic()
    result = subprocess.run(  # noqa: S603 - our own commands
        CHECKS[name], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return name, result.returncode, time.monotonic() - started, result.stdout


def main() -> int:
    """Runs every quick check, prints how each went, and returns 1 when one failed."""
    ensure_node_modules(print)
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, status, seconds, output in pool.map(run, CHECKS):
            print(f"{'ok    ' if status == 0 else 'FAILED'} {name} ({seconds:.1f} s)", flush=True)
            if status != 0:
                failed += 1
                print(output)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
