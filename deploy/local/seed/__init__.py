"""Data to begin with: a small lifelike set for demonstrations, and as large a one as is asked for."""

from dataclasses import dataclass
from typing import Final

# Demonstrations only: these accounts exist where the local stack's seed has run and nowhere else.
DEMO_PASSWORD: Final = "demo-password-1"  # noqa: S105


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """An account to try things with."""

    role: str
    email: str
    password: str


DEMO_LOGINS: Final = (
    DemoLogin("USER", "ann@example.com", DEMO_PASSWORD),
    DemoLogin("OPERATOR", "operator@example.com", DEMO_PASSWORD),
    DemoLogin("AUDITOR", "auditor@example.com", DEMO_PASSWORD),
    DemoLogin("ADMIN", "admin@example.com", DEMO_PASSWORD),
)
