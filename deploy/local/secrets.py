"""The local stack's secrets: made at random at the first start, readable by their owner alone, kept between starts."""

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from subgraphs.users.issue_keys import issue

TOKEN_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the processes share."""

    router_secret: str
    cursor_secret: str
    developer_key: str
    signing_keys: Path


def kept_secrets(folder: Path) -> Secrets:
    """The secrets in the folder; what is missing is made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = folder / "signing-keys.json"
    if not keys.exists():
        issue(keys, keep=0)
    return Secrets(
        router_secret=_kept(folder / "router-secret"),
        cursor_secret=_kept(folder / "cursor-secret"),
        developer_key=_kept(folder / "developer-key"),
        signing_keys=keys,
    )


def service_token(keys: Path, name: str) -> str:
    """A trusted service's token, issued as an operator of the platform would."""
    result = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "subgraphs.users.issue_service_token", "--name", name, "--days", str(TOKEN_DAYS)],
        env={**os.environ, "SIGNING_KEYS_FILE": str(keys)},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.strip()


def _kept(path: Path) -> str:
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text()
