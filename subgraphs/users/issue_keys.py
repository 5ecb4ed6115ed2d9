"""Makes signing keys: `python -m subgraphs.users.issue_keys --out FILE [--keep N] [--after SECONDS]`.

The new key comes first; up to N keys of the file are kept and go on verifying. Beside an older key it signs only after so
many seconds, by which time every process has it; running processes of users read the file anew by themselves.
"""

import argparse
import json
import os
import time
from pathlib import Path

from subgraphs.runtime.auth.jwks import REFRESH_SECONDS
from subgraphs.users.signing_keys import SIGNS_FROM, new_private_key


def issue(path: Path, keep: int, after_seconds: float = 2 * REFRESH_SECONDS) -> None:
    """Writes the set, readable by its owner alone, in one step."""
    older = json.loads(path.read_text())["keys"][:keep] if keep and path.exists() else []
    made = new_private_key()
    if older:
        made[SIGNS_FROM] = int(time.time() + after_seconds)
    text = json.dumps({"keys": [made, *older]}, indent=2)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
    draft.replace(path)


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(prog="python -m subgraphs.users.issue_keys", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--keep", type=int, default=1, help="how many keys of an existing file go on verifying")
    parser.add_argument(
        "--after", type=float, default=2 * REFRESH_SECONDS, help="seconds until the new key signs, beside an older one"
    )
    arguments = parser.parse_args()
    issue(arguments.out, arguments.keep, arguments.after)


if __name__ == "__main__":
    main()
