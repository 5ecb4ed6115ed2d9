"""Makes a trusted service's access token: `python -m subgraphs.users.issue_service_token --name NAME --days N`.

Reads SIGNING_KEYS_FILE and TOKEN_ISSUER from the environment and prints the token.
"""

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from subgraphs.runtime.auth.identity import CallerKind, sign_token
from subgraphs.users.signing_keys import SigningKeys, load_signing_keys


def service_token(keys: SigningKeys, issuer: str, name: str, days: int, now: datetime) -> str:
    """A token that names the service `svc:<name>` for `days` days."""
    return sign_token(
        keys.current(now),
        issuer=issuer,
        kind=CallerKind.SERVICE,
        subject=f"svc:{name}",
        roles=(),
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(prog="python -m subgraphs.users.issue_service_token", description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--days", type=int, default=30)
    arguments = parser.parse_args()
    path = os.environ.get("SIGNING_KEYS_FILE")
    if not path:
        raise SystemExit("setting SIGNING_KEYS_FILE: Field required")
    issuer = os.environ.get("TOKEN_ISSUER", "laurel")
    now = datetime.now(UTC)
    print(service_token(load_signing_keys(Path(path)), issuer, arguments.name, arguments.days, now))


if __name__ == "__main__":
    main()
