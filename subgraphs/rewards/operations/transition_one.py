"""One request taken one step further, in a transaction of the caller's."""

from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.reward import Reward, kind_of
from subgraphs.rewards.operations.apply_transition import TransitionCommand, apply_transition
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.transition_results import IllegalStep
from subgraphs.runtime.mongo import Session


async def transition_one(
    stores: Stores, request_id: str, command: TransitionCommand, session: Session
) -> RewardRequest | IllegalStep | None:
    """The request after the step, None when there is no such request.

    Raises Conflict, CodePoolExhausted, InsufficientBalance.
    """
    found = (await stores.requests.with_ids([request_id], session)).get(request_id)
    if found is None:
        return None
    request = found.as_of(command.at)
    if request is not found:
        return IllegalStep(request.status)
    reward = await reward_of(stores, request, session)
    if request.allowed_effect(command.action, kind_of(reward)) is None:
        return IllegalStep(request.status)
    (moved,) = await apply_transition(stores, reward, [request], command, session)
    return moved


async def reward_of(stores: Stores, request: RewardRequest, session: Session | None = None) -> Reward:
    """The reward that was asked for."""
    reward = await stores.rewards.reward(request.reward_id, session)
    if reward is None:
        raise LookupError("a request's reward is gone")
    return reward
