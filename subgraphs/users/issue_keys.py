"""Makes signing keys: `python -m subgraphs.users.issue_keys --out FILE [--keep N]`.

The new key comes first and signs from the next start on; up to N keys of the file are kept and go on verifying.
"""

import argparse
import json
import os
from pathlib import Path

from subgraphs.users.keys import new_private_key


def issue(path: Path, keep: int) -> None:
    """Writes the set, readable by its owner alone, in one step."""
    older = json.loads(path.read_text())["keys"][:keep] if keep and path.exists() else []
    text = json.dumps({"keys": [new_private_key(), *older]}, indent=2)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
    draft.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m subgraphs.users.issue_keys", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--keep", type=int, default=1, help="how many keys of an existing file go on verifying")
    arguments = parser.parse_args()
    issue(arguments.out, arguments.keep)


if __name__ == "__main__":
    main()
