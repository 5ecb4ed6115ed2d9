"""Lists long enough to have a five-hundredth page: one user with much of everything, and as much of others beside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from deploy.generate.guaranteed_lists import EVENT, OFFER, USER
from deploy.local.seed.demo import put
from deploy.local.seed.places import Databases
from subgraphs.events.model.activity import Activity
from subgraphs.events.model.rule import ActivityType
from subgraphs.events.store.activities import ACTIVITIES, activity_document
from subgraphs.rewards.model.grant import PointGrant
from subgraphs.rewards.model.request import RequestStep, RewardRequest
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.reward import PointReward
from subgraphs.rewards.model.wallet import LedgerEntry, LedgerKind
from subgraphs.rewards.store.badges import BADGES
from subgraphs.rewards.store.request_documents import request_document
from subgraphs.rewards.store.requests import REQUESTS
from subgraphs.rewards.store.rewards import REWARDS, reward_document
from subgraphs.rewards.store.wallets import LEDGER, ledger_document
from subgraphs.runtime import audit
from subgraphs.runtime.mongo import Database, Document
from subgraphs.users.model.notification import Notification
from subgraphs.users.store.notifications import NOTIFICATIONS, notification_document

BATCH: Final = 2000


@dataclass(frozen=True, slots=True)
class _List:
    """The documents of one collection by their number."""

    database: Database
    name: str
    row: Callable[[int], Document]


async def fill(databases: Databases, rows: int, now: datetime) -> None:
    """Makes what is not there yet of `rows` rows a list."""
    began = now - timedelta(days=300)

    def at(number: int) -> datetime:
        return began + timedelta(minutes=number)

    def activity(number: int) -> Document:
        return activity_document(
            Activity(USER, ActivityType.QUEST, "forest", at(number), at(number), "long", str(number))
        )

    def notification(number: int) -> Document:
        return notification_document(Notification(USER, f"long{number}", "TEST", "A title", "A body", at(number)))

    def request(number: int) -> RewardRequest:
        granted = RequestStep(at(number), None, RequestStatus.FULFILLED)
        return RewardRequest(
            id=f"{USER}.{number:016}",
            user_id=USER,
            offer_id=OFFER,
            event_id=EVENT,
            reward_id="rwdemo0000000000000001",
            idempotency_key=str(number),
            period="EVER",
            slot=number,
            status=RequestStatus.FULFILLED,
            created_at=at(number),
            decided_at=at(number),
            grant=PointGrant(1, None),
            history=(granted,),
            version=1,
        )

    def another_s(number: int) -> Document:
        user_id = f"krothr{number:014}"
        rejected = replace(
            request(number), id=f"{user_id}.1", user_id=user_id, offer_id=f"{EVENT}.other", event_id="evo"
        )
        return request_document(replace(rejected, status=RequestStatus.REJECTED, grant=None))

    def entry(number: int) -> Document:
        return ledger_document(
            LedgerEntry(USER, number + 1, LedgerKind.GRANT, 1, number + 1, at(number), None, None, None)
        )

    def badge(number: int) -> Document:
        return {"_id": f"{USER}.{number:016}", "userId": USER, "rewardId": "rwbadge", "awardedAt": at(number)}

    def reward(number: int) -> Document:
        return reward_document(
            PointReward(
                id=f"rwlong{number:014}",
                name=f"Points {number}",
                description="Some.",
                image_url=None,
                version=1,
                created_at=at(number),
                points=1,
                expire_after_days=None,
            )
        )

    trail = list(_trail(rows, at))
    lists = [
        _List(databases.events, ACTIVITIES.name, activity),
        _List(databases.users, NOTIFICATIONS.name, notification),
        _List(databases.rewards, REQUESTS.name, lambda number: request_document(request(number))),
        _List(databases.rewards, REQUESTS.name, another_s),
        _List(databases.rewards, LEDGER.name, entry),
        _List(databases.rewards, BADGES.name, badge),
        _List(databases.rewards, REWARDS.name, reward),
        *(
            _List(one, audit.AUDIT.name, trail.__getitem__)
            for one in (databases.users, databases.events, databases.rewards)
        ),
    ]
    for one in lists:
        for first in range(0, rows, BATCH):
            numbers = range(first, min(first + BATCH, rows))
            await put(one.database[one.name], [one.row(number) for number in numbers])


def _trail(rows: int, at: Callable[[int], datetime]) -> Iterator[Document]:
    last: Document | None = None
    for number in range(rows):
        change = audit.Change(USER, "user.updated", at(number), USER, before={"n": number}, after={"n": number + 1})
        last = audit.entry(change, last)
        yield last
