"""How far a user is with the conditions of a rule."""

import strawberry

from subgraphs.events.model.rule import Verdict
from subgraphs.events.types.rules import Condition, to_condition
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.type
class ConditionProgress:
    """How far a user is with one condition."""

    condition: Condition = strawberry.field(description="The condition.")
    satisfied: bool = strawberry.field(description="Whether the condition holds.")
    current: SafeInt = strawberry.field(description="How much of `target` the user has; not more than 2^53 - 1.")
    target: SafeInt = strawberry.field(description="How much the condition asks for.")


def to_conditions(verdict: Verdict) -> list[ConditionProgress]:
    """Returns the progress of each condition as the API shows it."""
    return [
        ConditionProgress(
            condition=to_condition(entry.condition),
            satisfied=entry.satisfied,
            current=SafeInt(entry.current),
            target=SafeInt(entry.condition.target),
        )
        for entry in verdict.conditions
    ]
