"""Deliver a thing again that could not be delivered."""

from datetime import datetime

from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.model.transitions import Action
from subgraphs.rewards.operations.apply_transition import TransitionCommand
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.retry import retry_on_conflict
from subgraphs.rewards.operations.transition_one import transition_one
from subgraphs.rewards.operations.transition_results import IllegalStep
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import NotFound


async def retry_delivery(
    dependencies: Dependencies, actor_id: str, request_id: str, now: datetime
) -> RewardRequest | NotFound | IllegalStep:
    """The FAILED request, its thing on the way again; it stays FAILED until that has arrived.

    While it is on the way already, this changes nothing.
    """

    async def work(session: Session) -> RewardRequest | IllegalStep | None:
        found = (await dependencies.requests.with_ids([request_id], session)).get(request_id)
        if found is not None and found.delivery is not None and found.status is RequestStatus.FAILED:
            return found
        return await transition_one(dependencies, request_id, TransitionCommand(Action.RETRY, now, actor_id), session)

    outcome = await retry_on_conflict(lambda: dependencies.mongo.transaction(work))
    return outcome or NotFound(request_id)
