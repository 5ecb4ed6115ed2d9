"""The rows that the cache's measurement reads: a thousand of each kind, and two offers an event, the first twenty."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from deploy.local.seed.campaigns import rules
from subgraphs.events.model.event import Event, Lifecycle
from subgraphs.events.store import COLLECTIONS as EVENT_COLLECTIONS
from subgraphs.events.store.event_documents import event_document
from subgraphs.rewards.model.offer import ApprovalMode, Offer, UserLimit
from subgraphs.rewards.model.period import LimitPeriod
from subgraphs.rewards.model.reward import PointReward
from subgraphs.rewards.store import COLLECTIONS as REWARD_COLLECTIONS
from subgraphs.rewards.store.offers import offer_document
from subgraphs.rewards.store.rewards import reward_document
from subgraphs.runtime.mongo import Database, ensure_collections
from subgraphs.users.model.user import Role, User, UserStatus
from subgraphs.users.store import COLLECTIONS as USER_COLLECTIONS
from subgraphs.users.store.users import user_document

NUMBER: Final = 1000
FULL: Final = 20


async def fill(users: Database, events: Database, rewards: Database) -> None:
    """Writes them all, with the indexes."""
    now = datetime.now(UTC)
    await ensure_collections(users, USER_COLLECTIONS)
    await users["users"].insert_many([user_document(user, "no hash") for user in _users(now)])
    await ensure_collections(events, EVENT_COLLECTIONS)
    await events["events"].insert_many([event_document(event) for event in _events(now)])
    await ensure_collections(rewards, REWARD_COLLECTIONS)
    await rewards["rewards"].insert_many([reward_document(prize) for prize in _prizes(now)])
    await rewards["offers"].insert_many([offer_document(offer) for offer in _offers(now)])


def _users(now: datetime) -> Iterator[User]:
    for n in range(NUMBER):
        roles = frozenset({Role.USER})
        yield User(f"kr{n}", f"User {n}", f"{n}@example.com", roles, UserStatus.ACTIVE, "KR", None, now, 1)


def _events(now: datetime) -> Iterator[Event]:
    shapes = itertools.cycle(rules())
    for n in range(NUMBER):
        yield Event(
            id=f"ev{n}",
            name=f"Event {n}",
            description="What is to be done, and what for. " * 5,
            starts_at=now - timedelta(days=1, seconds=n),
            ends_at=None if n % 3 else now + timedelta(days=30),
            ended_at=None,
            timezone="Asia/Seoul",
            lifecycle=Lifecycle.PUBLISHED,
            tags=("daily",),
            image_url=None,
            rule=next(shapes),
            rule_version=1,
            version=1,
            created_at=now,
            created_by="kr0",
        )


def _prizes(now: datetime) -> Iterator[PointReward]:
    for n in range(NUMBER):
        yield PointReward(
            id=f"rw{n}",
            name=f"Prize {n}",
            description="What it is good for.",
            image_url=None,
            version=1,
            created_at=now,
            points=100,
            expire_after_days=None,
        )


def _offers(now: datetime) -> Iterator[Offer]:
    for event in range(NUMBER):
        for ordinal in range(2 if event else FULL):
            yield Offer(
                id=f"ev{event}.of{ordinal}",
                event_id=f"ev{event}",
                reward_id=f"rw{(event + ordinal) % NUMBER}",
                ordinal=ordinal,
                position=ordinal,
                approval=ApprovalMode.AUTOMATIC,
                per_user=UserLimit(1, LimitPeriod.EVER),
                reservation_seconds=3600,
                enabled=True,
                version=1,
                created_at=now,
            )
