"""A set as large as is asked for: users with a lifelike skew of activities, and active events with offers."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.local.seed import DEMO_PASSWORD
from deploy.local.seed.campaigns import demo_rewards, event, offers, rules
from deploy.local.seed.demo import put
from deploy.local.seed.people import NAMES, activities, place
from deploy.local.seed.places import Databases
from deploy.local.seed.trail import made_by
from subgraphs.events.model.event import Lifecycle
from subgraphs.events.store.activities import activity_document
from subgraphs.events.store.event_documents import event_document
from subgraphs.rewards.store.offers import offer_document, stock_document
from subgraphs.rewards.store.rewards import reward_document
from subgraphs.runtime.mongo import Document
from subgraphs.users.model.user import Role, User, UserStatus, email_key
from subgraphs.users.store.users import user_document

BATCH: Final = 2_000
_MOST_ACTIVITIES: Final = 40
_CREATOR: Final = "krdemo0000000000000001"

# Fills so many from the first given number on, and gives how many documents that made.
Fill = Callable[[int, int], Awaitable[int]]


async def seed_bulk(databases: Databases, users: int, events: int, now: datetime) -> float:
    """Fills the databases and gives the rate: documents a second."""
    password_hash = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(DEMO_PASSWORD)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:>9,.0f} documents/s"),
        TimeRemainingColumn(),
    )
    started, written = time.monotonic(), 0
    with Progress(*columns) as progress:
        for what, total, fill in (
            ("users", users, _fill_users(databases, password_hash, now)),
            ("events", events, _fill_events(databases, now)),
        ):
            task = progress.add_task(what, total=total, rate=0)
            began, here = time.monotonic(), 0
            for first in range(0, total, BATCH):
                count = min(BATCH, total - first)
                here += await fill(first, count)
                progress.update(task, advance=count, rate=here / (time.monotonic() - began))
            written += here
    return written / max(time.monotonic() - started, 1e-9)


def _fill_users(databases: Databases, password_hash: str, now: datetime) -> Fill:
    async def fill(first: int, count: int) -> int:
        people = [_user(number, now) for number in range(first, first + count)]
        log = [row for number, user in enumerate(people, start=first) for row in _log(number, user.id, now)]
        profiles: Sequence[Document] = [
            {"_id": u.id, "region": u.region, "timezone": u.timezone, "createdAt": u.created_at, "version": 1}
            for u in people
        ]
        emails = [{"_id": email_key(user.email or ""), "userId": user.id} for user in people]
        await asyncio.gather(
            put(databases.users["users"], [user_document(user, password_hash) for user in people]),
            put(databases.users["emails"], emails),
            put(databases.events["profiles"], profiles),
            put(databases.events["activities"], log),
        )
        return 3 * count + len(log)

    return fill


def _fill_events(databases: Databases, now: datetime) -> Fill:
    rewards = demo_rewards(now)
    shapes = rules()

    async def fill(first: int, count: int) -> int:
        await put(databases.rewards["rewards"], [reward_document(reward) for reward in rewards])
        made, offered = [], []
        for number in range(first, first + count):
            rng = random.Random(number)
            made.append(
                event(
                    f"evbulk{number:016}",
                    f"Campaign {number}",
                    now,
                    starts=-rng.randint(1, 60),
                    ends=None if number % 4 == 0 else rng.randint(1, 200),
                    lifecycle=Lifecycle.PUBLISHED,
                    rule=shapes[number % len(shapes)],
                    rng=rng,
                    creator=_CREATOR,
                )
            )
            offered += list(offers(made[-1], rewards, now, rng))
        await asyncio.gather(
            put(databases.events["events"], [event_document(one) for one in made]),
            put(databases.rewards["offers"], [offer_document(offer) for offer, _, _ in offered]),
            put(databases.rewards["stock"], [stock_document(stock) for _, stock, _ in offered]),
            put(databases.rewards["audit"], list(made_by(_CREATOR, rewards, offered))),
        )
        return count + 3 * len(offered)

    return fill


def _user(number: int, now: datetime) -> User:
    rng = random.Random(number)
    region, timezone = place(rng)
    return User(
        id=f"{region.lower()}bulk{number:016}",
        display_name=f"{NAMES[number % len(NAMES)]} {number}",
        email=f"bulk{number}@example.com",
        roles=frozenset({Role.USER}),
        status=UserStatus.ACTIVE,
        region=region,
        timezone=timezone,
        created_at=now - timedelta(seconds=rng.randint(0, 400 * 86_400)),
        version=1,
    )


def _log(number: int, user_id: str, now: datetime) -> Iterator[Document]:
    # Most do little and a few do much.
    rng = random.Random(-number - 1)
    count = min(_MOST_ACTIVITIES, int(rng.paretovariate(1.2)))
    return (activity_document(one) for one in activities(user_id, count, now, rng))
