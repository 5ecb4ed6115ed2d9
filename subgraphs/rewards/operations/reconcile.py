"""Reconcile: recompute wallets, stocks, budgets, codes and trails from history, batch by batch.

Every subject is seen at one instant, and no more than a batch of subjects is in memory. A big database takes minutes.
"""

from collections.abc import AsyncIterator
from typing import Final, TypeVar

from subgraphs.rewards.model.reconciliation import (
    Findings,
    Line,
    WalletCheck,
    check_budget,
    check_code,
    check_holding,
    check_stock,
)
from subgraphs.rewards.model.reward import CouponReward
from subgraphs.rewards.store import reconciliation as store
from subgraphs.rewards.store.reconciliation import Instant
from subgraphs.runtime.audit import Chain
from subgraphs.runtime.mongo import Mongo

BATCH: Final = 200
T = TypeVar("T")


async def reconcile(mongo: Mongo) -> Findings:
    """What does not agree; nothing is changed."""
    findings = Findings()
    async for users in _batches(store.wallets(mongo)):
        async with mongo.snapshot() as session:
            await _wallets(Instant(mongo.analytics, session), users, findings)
    async for offers in _batches(store.offers(mongo)):
        async with mongo.snapshot() as session:
            coupons = await _offers(Instant(mongo.analytics, session), offers, findings)
        for offer_id in coupons:
            await _holders(mongo, offer_id, findings)
    async for codes in _batches(store.codes(mongo)):
        async with mongo.snapshot() as session:
            await _codes(Instant(mongo.analytics, session), codes, findings)
    async for subjects in _batches(store.audited(mongo)):
        async with mongo.snapshot() as session:
            await _trails(Instant(mongo.analytics, session), subjects, findings)
    return findings


async def _batches(items: AsyncIterator[T]) -> AsyncIterator[list[T]]:
    batch: list[T] = []
    async for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _wallets(instant: Instant, users: list[str], findings: Findings) -> None:
    checks = {user_id: WalletCheck() for user_id in users}
    async for entry in instant.entries(users):
        findings.add(Line.LEDGER, entry.user_id, checks[entry.user_id].follow(entry))
    holdings = await instant.holdings(users)
    for user_id, check in checks.items():
        findings.add(Line.LEDGER, user_id, check.finish(holdings[user_id]))


async def _offers(instant: Instant, offer_ids: list[str], findings: Findings) -> list[str]:
    """Checks the offers, and gives those of coupons."""
    requests = await instant.requests_by_status(offer_ids)
    coupons = []
    for offer_id, (offer, stock, reward) in (await instant.offers(offer_ids)).items():
        findings.add(Line.STOCK, offer_id, check_stock(offer, stock, reward, requests[offer_id]))
        findings.add(Line.BUDGET, offer_id, check_budget(stock, reward, requests[offer_id]))
        if isinstance(reward, CouponReward):
            coupons.append(offer_id)
    return coupons


async def _holders(mongo: Mongo, offer_id: str, findings: Findings) -> None:
    after = None
    while True:
        async with mongo.snapshot() as session:
            instant = Instant(mongo.analytics, session)
            page = await instant.holding_page(offer_id, after, BATCH)
            if not page:
                return
            pool = await instant.pool([(holding.reward_id, holding.text) for _, holding in page])
        for _, holding in page:
            code = pool.get((holding.reward_id, holding.text))
            findings.add(Line.CODES, holding.request_id, check_holding(holding, code))
        at, last = page[-1]
        after = (at, last.request_id)


async def _codes(instant: Instant, pairs: list[tuple[str, str]], findings: Findings) -> None:
    pool = (await instant.pool(pairs)).values()
    named = sorted({code.request_id for code in pool if code.request_id is not None})
    holdings = await instant.holdings_of_codes(named)
    for code in pool:
        findings.add(Line.CODES, code.reward_id, check_code(code, holdings.get(code.request_id or "")))


async def _trails(instant: Instant, subjects: list[str], findings: Findings) -> None:
    chains = {subject_id: Chain() for subject_id in subjects}
    async for entry in instant.trails(subjects):
        if not chains[entry["subjectId"]].follows(entry):
            findings.add(Line.AUDIT, entry["subjectId"], [f"entry {entry['seq']} does not follow the one before it"])
    for subject_id, expected in (await instant.changes(subjects)).items():
        if chains[subject_id].seq != expected:
            told = [f"{expected} changes and {chains[subject_id].seq} entries"]
            findings.add(Line.AUDIT, subject_id, told)
