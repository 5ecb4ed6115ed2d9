"""The demonstration's set: made once, the same each time but for the day it is told from."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from argon2 import PasswordHasher
from pymongo.errors import BulkWriteError

from deploy.local.seed import DEMO_PASSWORD
from deploy.local.seed.campaigns import demo_events, demo_rewards, offers
from deploy.local.seed.history import claimed
from deploy.local.seed.people import activities, demo_users
from deploy.local.seed.places import Databases
from deploy.local.seed.trail import made_by
from subgraphs.events.model.event import EventStatus
from subgraphs.events.store.activities import activity_document
from subgraphs.events.store.event_documents import event_document
from subgraphs.rewards.store.offers import offer_document, stock_document
from subgraphs.rewards.store.request_documents import request_document
from subgraphs.rewards.store.rewards import reward_document
from subgraphs.rewards.store.wallets import ledger_document, lot_document
from subgraphs.runtime import audit
from subgraphs.runtime.mongo import Document, DocumentCollection
from subgraphs.users.model.user import email_key
from subgraphs.users.store.users import user_document

SEED: Final = 20_260_301
MARK: Final = "seed"
ACTIVITIES_EACH: Final = 20
_DUPLICATE_KEY: Final = 11000


async def seed_demo(databases: Databases, now: datetime) -> bool:
    """Makes the set; False when it was made before. A start that was cut short is completed by the next."""
    if await databases.events[MARK].find_one({"_id": "demo"}) is not None:
        return False
    rng = random.Random(SEED)
    users = demo_users(now, rng)
    password_hash = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(DEMO_PASSWORD)
    await put(databases.users["users"], [user_document(user, password_hash) for user in users])
    await put(databases.users["emails"], [{"_id": email_key(u.email or ""), "userId": u.id} for u in users])
    profiles = [
        {"_id": u.id, "region": u.region, "timezone": u.timezone, "createdAt": u.created_at, "version": 1}
        for u in users
    ]
    await put(databases.events["profiles"], profiles)
    log = [activity for user in users for activity in activities(user.id, ACTIVITIES_EACH, now, rng)]
    await put(databases.events["activities"], [activity_document(activity) for activity in log])
    events = demo_events(now, rng, users[1].id)
    await put(databases.events["events"], [event_document(event) for event in events])
    rewards = demo_rewards(now)
    await put(databases.rewards["rewards"], [reward_document(reward) for reward in rewards])
    offered = [entry for event in events for entry in offers(event, rewards, now, rng)]
    active = {event.id for event in events if event.status_at(now) is EventStatus.ACTIVE}
    timezones = {event.id: event.timezone for event in events}
    past = claimed(
        [user.id for user in users[4:]],
        [entry for entry in offered if entry[0].event_id in active],
        timezones,
        now,
        rng,
    )
    await put(databases.rewards["offers"], [offer_document(offer) for offer, _, _ in offered])
    await put(databases.rewards["stock"], [stock_document(stock) for stock in past.stocks.values()])
    untouched = [stock for offer, stock, _ in offered if offer.id not in past.stocks]
    await put(databases.rewards["stock"], [stock_document(stock) for stock in untouched])
    await put(databases.rewards["requests"], [request_document(request) for request in past.requests])
    await put(databases.rewards["ledger"], [ledger_document(entry) for entry in past.entries])
    await put(databases.rewards["lots"], [lot_document(lot) for lot in past.lots])
    trail = [
        audit.Change(request.id, "request.claimed", request.created_at, request.user_id, after={"status": "FULFILLED"})
        for request in past.requests
    ]
    await put(databases.rewards["audit"], [audit.entry(change, None) for change in trail])
    await put(databases.rewards["audit"], list(made_by(users[1].id, rewards, offered)))
    await databases.events[MARK].insert_one({"_id": "demo", "at": now})
    return True


async def put(collection: DocumentCollection, documents: Sequence[Document]) -> None:
    """Inserts what is not there yet."""
    if not documents:
        return
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        if any(fault["code"] != _DUPLICATE_KEY for fault in error.details["writeErrors"]):
            raise
