"""Reverse a request: take back what it brought, for good."""

from datetime import datetime

from subgraphs.rewards.model.reason import check_reason
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.transitions import Action
from subgraphs.rewards.operations.apply_transition import TransitionCommand
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.fulfilment import InsufficientBalance
from subgraphs.rewards.operations.retry import retry_on_conflict
from subgraphs.rewards.operations.transition_one import transition_one
from subgraphs.rewards.operations.transition_results import IllegalStep, InsufficientPoints
from subgraphs.runtime.idempotency import Call, check_key, fingerprint_of, run_once
from subgraphs.runtime.mongo import Document, Session
from subgraphs.runtime.results import IdempotencyConflict, NotFound, ValidationFailed


class Refused(Exception):
    """The step is not allowed, so nothing is kept of this call."""

    def __init__(self, outcome: IllegalStep | None) -> None:
        super().__init__()
        self.outcome = outcome


async def reverse_request(
    dependencies: Dependencies, actor_id: str, request_id: str, reason: str, key: str, now: datetime
) -> RewardRequest | ValidationFailed | NotFound | IllegalStep | InsufficientPoints | IdempotencyConflict:
    """Reverses once for a key; the same call again gives the request as it now is. A refusal is not remembered."""
    bad_key = check_key(key)
    if bad_key is not None:
        return bad_key
    violations = check_reason(reason, required=True)
    if violations:
        return ValidationFailed(tuple(violations))
    found = (await dependencies.requests.with_ids([request_id])).get(request_id)
    if found is None:
        return NotFound(request_id)
    command = TransitionCommand(Action.REVERSE, now, actor_id, reason, may_owe=dependencies.may_owe)

    async def work(session: Session) -> tuple[RewardRequest, Document]:
        outcome = await transition_one(dependencies, request_id, command, session)
        if not isinstance(outcome, RewardRequest):
            raise Refused(outcome)
        return outcome, {"requestId": outcome.id}

    arguments = {"requestId": request_id, "reason": reason}
    call = Call(actor_id, key, "reverseRequest", fingerprint_of(arguments), now)
    try:
        async with dependencies.locks.hold(found.offer_id):
            outcome = await retry_on_conflict(lambda: run_once(dependencies.mongo, call, work))
    except Refused as refused:
        return refused.outcome or NotFound(request_id)
    except InsufficientBalance as few:
        return InsufficientPoints(few.short_by)
    if isinstance(outcome, RewardRequest | IdempotencyConflict):
        return outcome
    return (await dependencies.requests.with_ids([request_id]))[request_id]
