"""Cancel one's own request while nobody has decided it."""

from datetime import datetime

from subgraphs.rewards.model.request import RewardRequest, user_of_request
from subgraphs.rewards.model.transitions import Action
from subgraphs.rewards.operations.apply_transition import TransitionCommand
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.retry import retry_on_conflict
from subgraphs.rewards.operations.transition_one import transition_one
from subgraphs.rewards.operations.transition_results import IllegalStep
from subgraphs.runtime.results import NotFound


async def cancel_request(
    dependencies: Dependencies, user_id: str, request_id: str, now: datetime
) -> RewardRequest | NotFound | IllegalStep:
    """The cancelled request, its slot and its unit free again; another's request is as if it were not there."""
    if user_of_request(request_id) != user_id:
        return NotFound(request_id)
    found = (await dependencies.requests.with_ids([request_id])).get(request_id)
    if found is None:
        return NotFound(request_id)
    command = TransitionCommand(Action.CANCEL, now, user_id)
    async with dependencies.locks.hold(found.offer_id):
        outcome = await retry_on_conflict(
            lambda: dependencies.mongo.transaction(
                lambda session: transition_one(dependencies, request_id, command, session)
            )
        )
    return outcome or NotFound(request_id)
