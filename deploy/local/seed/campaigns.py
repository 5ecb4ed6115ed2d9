"""Events of every status, and what they offer."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from subgraphs.events.model.event import Event, Lifecycle
from subgraphs.events.model.rule import ActivityType, Branch, CountCondition, Quantifier, Rule
from subgraphs.rewards.model.offer import ApprovalMode, Budget, Offer, Stock, UserLimit
from subgraphs.rewards.model.period import LimitPeriod
from subgraphs.rewards.model.reward import PointReward

_TAGS: Final = ("spring", "quests", "shopping", "daily", "newcomers", "vip")
_ZONES: Final = ("UTC", "Asia/Seoul", "America/New_York", "Europe/Berlin")


def _count(number: int, activity: ActivityType, target: int, *, days: bool = False) -> CountCondition:
    return CountCondition(f"c{number}", activity, None, target, days)


def rules() -> tuple[Rule, ...]:
    """Rules of several shapes, the easiest first."""
    quests, logins = ActivityType.QUEST, ActivityType.LOGIN
    either = Branch(
        "n2", Quantifier.ANY, (_count(2, ActivityType.PURCHASE, 2), _count(3, ActivityType.INVITE_ACCEPTED, 1))
    )
    return (
        _count(1, quests, 3),
        _count(1, logins, 3, days=True),
        Branch("n1", Quantifier.ALL, (_count(1, quests, 2), either)),
        Branch(
            "n1",
            Quantifier.ALL,
            (_count(1, logins, 1), Branch("n2", Quantifier.NONE, (_count(2, ActivityType.PURCHASE, 1),))),
        ),
    )


def event(
    event_id: str,
    name: str,
    now: datetime,
    *,
    starts: int,
    ends: int | None,
    lifecycle: Lifecycle,
    rule: Rule,
    rng: random.Random,
    creator: str,
) -> Event:
    """An event whose window begins and ends so many days from now."""
    ended = now - timedelta(days=1) if lifecycle is Lifecycle.ENDED else None
    return Event(
        id=event_id,
        name=name,
        description=f"{name}: do what it takes and claim what is yours.",
        starts_at=now + timedelta(days=starts),
        ends_at=None if ends is None else now + timedelta(days=ends),
        ended_at=ended,
        timezone=rng.choice(_ZONES),
        lifecycle=lifecycle,
        tags=tuple(sorted(rng.sample(_TAGS, 2))),
        image_url=None,
        rule=rule,
        rule_version=1,
        version=1,
        created_at=now - timedelta(days=60, seconds=rng.randint(0, 86_400)),
        created_by=creator,
    )


def demo_events(now: datetime, rng: random.Random, creator: str) -> list[Event]:
    """One event of every kind by a telling name, and two dozen active ones to page through."""
    shapes = rules()
    kinds = [
        ("active", "Three quests", -30, None, Lifecycle.PUBLISHED, 0),
        ("active", "A week of logins", -14, 14, Lifecycle.PUBLISHED, 1),
        ("active", "Quests and friends", -30, 60, Lifecycle.PUBLISHED, 2),
        ("active", "For window shoppers", -20, None, Lifecycle.PUBLISHED, 3),
        ("future", "The summer opening", 20, 50, Lifecycle.PUBLISHED, 0),
        ("past00", "The winter that was", -60, -30, Lifecycle.PUBLISHED, 1),
        ("paused", "A pause for thought", -10, 30, Lifecycle.PAUSED, 2),
        ("draft0", "Still being written", 5, 25, Lifecycle.DRAFT, 0),
        ("ended0", "Ended by hand", -20, 20, Lifecycle.ENDED, 0),
        ("archiv", "Long gone", -300, -250, Lifecycle.ARCHIVED, 0),
    ]
    kinds += [
        ("active", f"Campaign {n:02}", -1 - n, None if n % 3 == 0 else 5 + n, Lifecycle.PUBLISHED, n % 4)
        for n in range(1, 25)
    ]
    return [
        event(
            f"evdemo00{kind}{number:07}",
            name,
            now,
            starts=starts,
            ends=ends,
            lifecycle=lifecycle,
            rule=shapes[shape],
            rng=rng,
            creator=creator,
        )
        for number, (kind, name, starts, ends, lifecycle, shape) in enumerate(kinds, start=1)
    ]


def demo_rewards(now: datetime) -> list[PointReward]:
    """Points in three sizes; the middle ones lapse."""
    sizes = ((1, "A handful of points", 100, None), (2, "Points for a season", 500, 90), (3, "A chest", 5000, None))
    return [
        PointReward(
            id=f"rwdemo{number:016}",
            name=name,
            description=f"{points} points for your wallet.",
            image_url=None,
            points=points,
            expire_after_days=days,
            version=1,
            created_at=now - timedelta(days=90),
        )
        for number, name, points, days in sizes
    ]


def offers(
    event: Event, rewards: list[PointReward], now: datetime, rng: random.Random
) -> Iterator[tuple[Offer, Stock, PointReward]]:
    """One to three offers: unlimited, with stock, with a budget."""
    for position in range(rng.randint(1, 3) if not event.id.endswith("active0000001") else 2):
        reward = rewards[position]
        total = (None, 500, 20)[position]
        limit = (10_000_000, None, None)[position] if event.id.endswith("3") else None
        offer = Offer(
            id=f"{event.id}.points{position + 1:04}",
            event_id=event.id,
            reward_id=reward.id,
            ordinal=position,
            position=position,
            approval=ApprovalMode.AUTOMATIC,
            per_user=UserLimit(*((1, LimitPeriod.EVER), (1, LimitPeriod.DAY), (3, LimitPeriod.MONTH))[position]),
            reservation_seconds=604_800,
            enabled=True,
            version=1,
            created_at=now - timedelta(days=50),
        )
        yield offer, Stock(offer.id, 1, total, total, 0, 0, Budget(limit, limit)), reward
