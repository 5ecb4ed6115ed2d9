"""Approve or reject requests in bulk: all in one transaction, or those of each offer in groups."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias, TypeVar

from subgraphs.rewards.model.reason import check_reason
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.transitions import Action
from subgraphs.rewards.operations.apply_transition import TransitionCommand, apply_transition
from subgraphs.rewards.operations.claim.results import OutOfStock
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.fulfilment import CodePoolExhausted
from subgraphs.rewards.operations.refusal_codec import Refusal, as_violation, refusal_document, to_refusal
from subgraphs.rewards.operations.retry import retry_on_conflict
from subgraphs.rewards.operations.transition_one import reward_of
from subgraphs.rewards.operations.transition_results import IllegalStep, OwnRequest
from subgraphs.runtime.idempotency import Call, check_key, fingerprint_of, run_once
from subgraphs.runtime.mongo import Document, Session
from subgraphs.runtime.results import IdempotencyConflict, NotFound, ValidationFailed, Violation

MAX_DECIDED: Final = 500
# A group holds the offer's stock about as long as a group of claims does, so that neither starves the other.
MAX_AT_ONCE: Final = 50

Row: TypeAlias = RewardRequest | Refusal
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of each request, in the order of the call."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """What became of some of the requests, by their ids."""

    by_id: dict[str, Row]


@dataclass(frozen=True, slots=True)
class Group:
    """Requests of one offer that are decided together."""

    offer_id: str
    ids: list[str] = field(default_factory=list)


class AllRefused(Exception):
    """Some rows are refused, so none is carried out."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows


async def decide_requests(
    dependencies: Dependencies,
    command: TransitionCommand,
    request_ids: Sequence[str],
    key: str,
    *,
    all_or_nothing: bool,
) -> Decided | ValidationFailed | IdempotencyConflict:
    """Carries out `command`, which approves or rejects, once for a key.

    The same call again tells what became of it, with the requests as they now are, and first finishes what a failure
    had left undone.
    """
    bad_key = check_key(key)
    if bad_key is not None:
        return bad_key
    violations = _check(request_ids) + check_reason(command.reason, required=command.action is Action.REJECT)
    if violations:
        return ValidationFailed(tuple(violations))
    arguments = {
        "ids": list(request_ids),
        "verb": command.action.value,
        "reason": command.reason,
        "all": all_or_nothing,
    }
    call = Call(command.actor_id or "", key, "decideRequests", fingerprint_of(arguments), command.at)
    decide = _all_or_nothing if all_or_nothing else _in_groups
    outcome = await decide(dependencies, call, command, request_ids)
    if isinstance(outcome, ValidationFailed | IdempotencyConflict):
        return outcome
    return Decided(tuple(outcome.by_id.get(request_id, NotFound(request_id)) for request_id in request_ids))


def _check(request_ids: Sequence[str]) -> list[Violation]:
    path = ("input", "requestIds")
    if not 1 <= len(request_ids) <= MAX_DECIDED:
        return [Violation(path, "REQUESTS", f"a call decides 1 to {MAX_DECIDED} requests")]
    repeated = [index for index, request_id in enumerate(request_ids) if request_id in request_ids[:index]]
    return [Violation((*path, str(index)), "REPEATED", "each request is named once") for index in repeated]


async def _groups(dependencies: Dependencies, request_ids: Sequence[str]) -> list[Group]:
    found = await dependencies.requests.with_ids(request_ids)
    by_offer: dict[str, list[str]] = {}
    for request_id in request_ids:
        if request_id in found:
            by_offer.setdefault(found[request_id].offer_id, []).append(request_id)
    return [
        Group(offer_id, ids[start : start + MAX_AT_ONCE])
        for offer_id, ids in by_offer.items()
        for start in range(0, len(ids), MAX_AT_ONCE)
    ]


async def _all_or_nothing(
    dependencies: Dependencies, call: Call, command: TransitionCommand, request_ids: Sequence[str]
) -> Rows | ValidationFailed | IdempotencyConflict:
    groups = await _groups(dependencies, request_ids)
    codes: dict[str, int] = {}

    async def work(session: Session) -> tuple[Rows, Document]:
        rows = Rows({request_id: NotFound(request_id) for request_id in request_ids})
        for group in groups:
            rows.by_id.update(await _decide(dependencies, group, command, codes, session))
        if not all(isinstance(row, RewardRequest) for row in rows.by_id.values()):
            raise AllRefused(rows)
        return rows, _record(rows)

    try:
        async with dependencies.locks.hold_all(group.offer_id for group in groups):
            outcome = await _with_codes(lambda: run_once(dependencies.mongo, call, work))
    except AllRefused as refused:
        rows = [refused.rows.by_id[request_id] for request_id in request_ids]
        return ValidationFailed(
            tuple(as_violation(r, i) for i, r in enumerate(rows) if not isinstance(r, RewardRequest))
        )
    return await _as_rows(dependencies, outcome)


async def _in_groups(
    dependencies: Dependencies, call: Call, command: TransitionCommand, request_ids: Sequence[str]
) -> Rows | ValidationFailed | IdempotencyConflict:
    async def nothing(_: Session) -> tuple[Rows, Document]:
        return Rows({}), _record(Rows({}))

    # The key is taken for these arguments; each group is then remembered under a key of its own, which no client can send.
    taken = await run_once(dependencies.mongo, call, nothing)
    if isinstance(taken, IdempotencyConflict):
        return taken
    rows = Rows({})
    for group in await _groups(dependencies, request_ids):
        decided = await _group(dependencies, replace(call, key=f"{call.key}\n{group.ids[0]}"), command, group)
        if isinstance(decided, IdempotencyConflict):
            return decided
        rows.by_id.update(decided.by_id)
    return rows


async def _group(
    dependencies: Dependencies, call: Call, command: TransitionCommand, group: Group
) -> Rows | IdempotencyConflict:
    codes: dict[str, int] = {}

    async def work(session: Session) -> tuple[Rows, Document]:
        rows = Rows(await _decide(dependencies, group, command, codes, session))
        return rows, _record(rows)

    async with dependencies.locks.hold(group.offer_id):
        outcome = await _with_codes(lambda: run_once(dependencies.mongo, call, work))
    return await _as_rows(dependencies, outcome)


async def _with_codes(attempt: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await retry_on_conflict(attempt)
        except CodePoolExhausted:
            # How many codes there are is known now, and the rest are refused.
            continue


async def _decide(
    dependencies: Dependencies, group: Group, command: TransitionCommand, codes: dict[str, int], session: Session
) -> dict[str, Row]:
    found = await dependencies.requests.with_ids(group.ids, session)
    rows: dict[str, Row] = {}
    wanted: list[RewardRequest] = []
    for request_id in group.ids:
        refusal = _refusal(found.get(request_id), request_id, command)
        if refusal is not None:
            rows[request_id] = refusal
        elif len(wanted) >= codes.get(group.offer_id, MAX_DECIDED):
            rows[request_id] = OutOfStock()
        else:
            wanted.append(found[request_id])
    if wanted:
        reward = await reward_of(dependencies, wanted[0], session)
        try:
            moved = await apply_transition(dependencies, reward, wanted, command, session)
        except CodePoolExhausted as short:
            codes[group.offer_id] = short.codes
            raise
        rows |= {request.id: request for request in moved}
    return rows


def _refusal(request: RewardRequest | None, request_id: str, command: TransitionCommand) -> Refusal | None:
    if request is None:
        return NotFound(request_id)
    if request.user_id == command.actor_id:
        return OwnRequest()
    status = request.as_of(command.at).status
    return None if status is RequestStatus.PENDING else IllegalStep(status)


def _record(rows: Rows) -> Document:
    return {
        "rows": [
            {"id": request_id, "refusal": None if isinstance(row, RewardRequest) else refusal_document(row)}
            for request_id, row in rows.by_id.items()
        ]
    }


async def _as_rows(
    dependencies: Dependencies, outcome: Rows | Document | IdempotencyConflict
) -> Rows | IdempotencyConflict:
    """The rows as just decided; or, when the key is known, as they were decided, with the requests as they now are."""
    if isinstance(outcome, Rows | IdempotencyConflict):
        return outcome
    refusals = {row["id"]: row["refusal"] for row in outcome["rows"]}
    now_are = await dependencies.requests.with_ids(
        [request_id for request_id, refusal in refusals.items() if refusal is None]
    )
    return Rows(
        {
            request_id: now_are[request_id] if refusal is None else to_refusal(refusal)
            for request_id, refusal in refusals.items()
        }
    )
