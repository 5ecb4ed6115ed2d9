"""Moves units of an offer's stock, and their points in its budget, from one place to another."""

from subgraphs.rewards.model.offer import Stock
from subgraphs.rewards.model.reward import Reward, points_of
from subgraphs.rewards.model.transitions import Effect
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.retry import Conflict
from subgraphs.runtime.mongo import Session


async def move_units(
    stores: Stores, effect: Effect, reward: Reward, stock: Stock, units: int, session: Session
) -> None:
    """Moves as many units as the effect says, in one conditional write; does nothing when it says that they stay.

    Raises Conflict unless the stock is still of the offer's version that `stock` has, with enough units and points left.
    """
    if effect.unit is None:
        return
    source, target = effect.unit
    if not await stores.offers.move_stock(stock, source, target, units, points_of(reward) * units, session):
        raise Conflict
