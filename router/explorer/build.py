"""Renders the explorer's page from npm's assets into `.tools/explorer/`, once for each set of inputs."""

import hashlib
import subprocess
from pathlib import Path
from typing import Final

from router.node import FOLDER, node_binary

PAGE: Final = FOLDER.parent / ".tools" / "explorer" / "graphiql.html"
_SCRIPT: Final = FOLDER / "explorer" / "render.mjs"


def build_page() -> Path:
    """The page's file; rendered again only when what it is made of has changed."""
    stamp = PAGE.with_suffix(".stamp")
    made_of = (FOLDER / "package-lock.json", _SCRIPT, _SCRIPT.with_name("page.html"))
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()
    if not (PAGE.exists() and stamp.exists() and stamp.read_text() == wanted):
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([str(node_binary()), str(_SCRIPT), str(PAGE)], check=True)  # noqa: S603 - our own command
        stamp.write_text(wanted)
    return PAGE
