"""The router's script: the parts in router/rhai and the operations of every kept manifest, in one `main.rhai`.

`python -m router.manifest.script <folder>` writes it (an image does so once, when it is built); `ROUTER_RHAI` names the
folder to the router. The local stack makes its own at each start.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from router.command import MANIFESTS
from router.node import FOLDER

PARTS: Final = FOLDER / "rhai"


def write_script(folder: Path, manifests: Path = MANIFESTS) -> Path:
    """Writes `main.rhai` into the folder, which is made if need be; gives the folder."""
    parts = sorted(PARTS.glob("*.rhai"), key=lambda path: path.name != "main.rhai")
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([*(path.read_text() for path in parts), document_function(kept_operations(manifests))])
    draft = folder / "main.rhai.draft"
    draft.write_text(text)
    # A router that runs watches its script, and must never read half of it.
    draft.replace(folder / "main.rhai")
    return folder


def kept_operations(manifests: Path) -> dict[str, str]:
    """The text of each id, over all clients and versions."""
    return {
        operation["id"]: operation["body"]
        for path in sorted(manifests.glob("*/*.json"))
        for operation in json.loads(path.read_text())["operations"]
    }


def document_function(operations: dict[str, str]) -> str:
    """The script's `document(id)`: one switch, which Rhai looks up by hash."""
    return "\n".join(["fn document(id) {", "    switch id {", *_cases(operations), "        _ => ()", "    }", "}", ""])


def _cases(operations: dict[str, str]) -> Iterable[str]:
    return (f"        {_literal(key)} => {_literal(body)}," for key, body in sorted(operations.items()))


def _literal(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'


def main(arguments: list[str]) -> int:
    """Gives the exit status."""
    if len(arguments) != 1:
        print("usage: python -m router.manifest.script <folder>", file=sys.stderr)
        return 2
    print(f"wrote {write_script(Path(arguments[0])) / 'main.rhai'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
