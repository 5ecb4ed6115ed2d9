"""All tests, on two cores at once: `python -m deploy.ci.suite` (`make test`).

Two processes share the files, each with servers of its own, in the order of their names. What they have seen is kept, and
the tests that look back on the whole run come last, in a process of their own.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from router.node import ensure_node_modules

ROOT: Final = Path(__file__).resolve().parents[2]
RECORDS: Final = ROOT / "artifacts" / "suite"
PROCESSES: Final = 2
_PYTEST: Final = (sys.executable, "-m", "pytest", f"--records={RECORDS}")
_SHARED: Final = ("-m", "not last", "-n", str(PROCESSES), "--dist", "loadfile", "--no-loadscope-reorder")
_LAST: Final = ("-m", "last")


def main() -> int:
    # Both would install them at once.
    """Runs all tests, and returns the status of the first part that failed."""
    ensure_node_modules(print, ROOT / "tests" / "clients")
    shutil.rmtree(RECORDS, ignore_errors=True)
    RECORDS.mkdir(parents=True)
    for chosen in (_SHARED, _LAST):
        status = subprocess.run((*_PYTEST, *chosen), cwd=ROOT, check=False).returncode  # noqa: S603 - our own commands
        if status != 0:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
