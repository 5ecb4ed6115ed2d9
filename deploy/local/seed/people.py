"""Users and what they did."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from subgraphs.events.model.activity import Activity
from subgraphs.events.model.rule import ActivityType
from subgraphs.users.model.user import Role, User, UserStatus

# (region, time zone, weight)
PLACES: Final = (
    ("KR", "Asia/Seoul", 6),
    ("US", "America/New_York", 4),
    ("DE", "Europe/Berlin", 3),
    ("BR", "America/Sao_Paulo", 2),
    ("AU", "Australia/Sydney", 1),
    ("IN", "Asia/Kolkata", 4),
)
NAMES: Final = ("Ann", "Bo", "Chris", "Dana", "Eun", "Femi", "Gita", "Hana", "Ivan", "Jo", "Kai", "Lea", "Min", "Noa")
_KINDS: Final = (
    (ActivityType.LOGIN, 8),
    (ActivityType.QUEST, 6),
    (ActivityType.ATTENDANCE, 4),
    (ActivityType.PURCHASE, 2),
    (ActivityType.LEVEL, 2),
    (ActivityType.INVITE_ACCEPTED, 1),
)
_TYPES: Final = tuple(kind for kind, _ in _KINDS)
_WEIGHTS: Final = tuple(weight for _, weight in _KINDS)
_STAFF: Final = {"operator": Role.OPERATOR, "auditor": Role.AUDITOR, "admin": Role.ADMIN}


def place(rng: random.Random) -> tuple[str, str]:
    """A region and its time zone, some more often than others."""
    region, timezone, _ = rng.choices(PLACES, weights=[weight for _, _, weight in PLACES])[0]
    return region, timezone


def demo_users(now: datetime, rng: random.Random) -> list[User]:
    """The demo logins first, then thirty more."""
    accounts: list[tuple[str, str, frozenset[Role]]] = [("ann", "Ann", frozenset({Role.USER}))]
    accounts += [(name, name.title(), frozenset({Role.USER, role})) for name, role in _STAFF.items()]
    accounts += [
        (f"user{n:02}", f"{NAMES[n % len(NAMES)]} {chr(65 + n % 26)}.", frozenset({Role.USER})) for n in range(30)
    ]
    users = []
    for number, (name, display_name, roles) in enumerate(accounts):
        region, timezone = ("KR", "Asia/Seoul") if number < 4 else place(rng)
        users.append(
            User(
                id=f"{region.lower()}demo{number:016}",
                display_name=display_name,
                email=f"{name}@example.com",
                roles=roles,
                status=UserStatus.ACTIVE,
                region=region,
                timezone=timezone,
                created_at=now - timedelta(days=rng.randint(30, 390)),
                version=1,
            )
        )
    return users


def activities(user_id: str, count: int, now: datetime, rng: random.Random) -> Iterator[Activity]:
    """`count` activities of the last thirty days."""
    for number in range(count):
        kind = rng.choices(_TYPES, weights=_WEIGHTS)[0]
        at = now - timedelta(seconds=rng.randint(60, 30 * 24 * 3600))
        yield Activity(
            user_id=user_id,
            type=kind,
            name=rng.choice(("forest", "castle", None)) if kind is ActivityType.QUEST else None,
            occurred_at=at,
            received_at=at + timedelta(seconds=1),
            source="seed",
            external_id=str(number),
            amount=rng.randint(1, 200) * 100 if kind is ActivityType.PURCHASE else None,
        )
