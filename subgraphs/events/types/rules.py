"""Rules in and out."""

from enum import Enum
from typing import Any

import strawberry

from subgraphs.events.model import profile as profile_model
from subgraphs.events.model import rule as model
from subgraphs.events.model.draft import (
    ConditionDraft,
    CountDraft,
    ProfileDraft,
    RuleDraft,
    StreakDraft,
    SumDraft,
)
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.enum
class ActivityType(Enum):
    LOGIN = "LOGIN"
    ATTENDANCE = "ATTENDANCE"
    INVITE_ACCEPTED = "INVITE_ACCEPTED"
    PURCHASE = "PURCHASE"
    QUEST = "QUEST"
    LEVEL = "LEVEL"
    CUSTOM = "CUSTOM"


@strawberry.interface(
    description=(
        "A rule is a tree: branches of ALL, ANY and NOT over conditions. At most 5 deep and 50 conditions. "
        "`ruleNodes` of an event lists the tree flat, for clients that cannot recurse."
    )
)
class Rule:
    id: strawberry.ID


@strawberry.interface
class Condition(Rule):
    pass


@strawberry.type
class AllOf(Rule):
    rules: list[Rule]


@strawberry.type
class AnyOf(Rule):
    rules: list[Rule]


@strawberry.type
class NoneOf(Rule):
    rules: list[Rule]


@strawberry.type
class RuleNode:
    rule: Rule
    parent_id: strawberry.ID | None
    depth: int


@strawberry.type(
    description=(
        "At least `target` matching activities inside the window; with `distinctDays`, at most one counts a day."
    )
)
class CountCondition(Condition):
    activity: ActivityType
    name: str | None
    target: SafeInt
    distinct_days: bool


@strawberry.type(description="Matching activities on at least `days` days in a row.")
class StreakCondition(Condition):
    activity: ActivityType
    name: str | None
    days: int


@strawberry.type(description="The `amount`s of matching activities add up to at least `target`.")
class SumCondition(Condition):
    activity: ActivityType
    name: str | None
    target: SafeInt


@strawberry.enum
class ProfileField(Enum):
    REGION = "REGION"
    ACCOUNT_AGE_DAYS = "ACCOUNT_AGE_DAYS"


@strawberry.enum
class Comparison(Enum):
    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT_EQUALS"
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"
    ONE_OF = "ONE_OF"


@strawberry.type
class ProfileCondition(Condition):
    field: ProfileField
    comparison: Comparison
    values: list[str]


@strawberry.input
class CountConditionInput:
    activity: ActivityType
    name: str | None = strawberry.UNSET
    target: SafeInt
    distinct_days: bool = False


@strawberry.input
class StreakConditionInput:
    activity: ActivityType
    name: str | None = strawberry.UNSET
    days: int


@strawberry.input
class SumConditionInput:
    activity: ActivityType
    name: str | None = strawberry.UNSET
    target: SafeInt


@strawberry.input
class ProfileConditionInput:
    field: ProfileField
    comparison: Comparison
    values: list[str]


@strawberry.input(description="Exactly one field is set.")
class RuleInput:
    all_of: list["RuleInput"] | None = strawberry.UNSET
    any_of: list["RuleInput"] | None = strawberry.UNSET
    none_of: list["RuleInput"] | None = strawberry.UNSET
    count: CountConditionInput | None = strawberry.UNSET
    streak: StreakConditionInput | None = strawberry.UNSET
    sum: SumConditionInput | None = strawberry.UNSET
    profile: ProfileConditionInput | None = strawberry.UNSET


_BRANCHES = {model.Quantifier.ALL: AllOf, model.Quantifier.ANY: AnyOf, model.Quantifier.NONE: NoneOf}


def to_rule(rule: model.Rule) -> Rule:
    """The rule as GraphQL shows it."""
    if isinstance(rule, model.Branch):
        kind = _BRANCHES[rule.quantifier]
        return kind(id=strawberry.ID(rule.id), rules=[to_rule(child) for child in rule.rules])
    return to_condition(rule)


def to_condition(condition: model.Condition) -> Condition:
    """The condition as GraphQL shows it."""
    rule_id = strawberry.ID(condition.id)
    if isinstance(condition, profile_model.ProfileCondition):
        return ProfileCondition(
            id=rule_id,
            field=ProfileField(condition.field.value),
            comparison=Comparison(condition.comparison.value),
            values=list(condition.values),
        )
    activity = ActivityType(condition.activity.value)
    match condition:
        case model.CountCondition():
            return CountCondition(
                id=rule_id,
                activity=activity,
                name=condition.name,
                target=SafeInt(condition.target),
                distinct_days=condition.distinct_days,
            )
        case model.StreakCondition():
            return StreakCondition(id=rule_id, activity=activity, name=condition.name, days=condition.days)
        case model.SumCondition():
            return SumCondition(id=rule_id, activity=activity, name=condition.name, target=SafeInt(condition.target))


def to_nodes(rule: model.Rule) -> list[RuleNode]:
    """The tree as a flat list."""
    return [
        RuleNode(
            rule=to_rule(node.rule),
            parent_id=None if node.parent_id is None else strawberry.ID(node.parent_id),
            depth=node.depth,
        )
        for node in model.nodes(rule)
    ]


def to_draft(given: RuleInput) -> RuleDraft:
    """What was asked for, unchecked."""
    branches: dict[str, Any] = {
        quantifier.value: [to_draft(child) for child in children]
        for quantifier, children in (
            (model.Quantifier.ALL, given.all_of),
            (model.Quantifier.ANY, given.any_of),
            (model.Quantifier.NONE, given.none_of),
        )
        if children is not None and children is not strawberry.UNSET
    }
    return RuleDraft(branches, _conditions(given))


def _conditions(given: RuleInput) -> dict[str, ConditionDraft]:
    found: dict[str, ConditionDraft] = {}
    if given.count:
        kind, name = model.ActivityType(given.count.activity.value), given.count.name or None
        found["count"] = CountDraft(kind, name, given.count.target, given.count.distinct_days)
    if given.streak:
        kind, name = model.ActivityType(given.streak.activity.value), given.streak.name or None
        found["streak"] = StreakDraft(kind, name, given.streak.days)
    if given.sum:
        kind, name = model.ActivityType(given.sum.activity.value), given.sum.name or None
        found["sum"] = SumDraft(kind, name, given.sum.target)
    if given.profile:
        found["profile"] = ProfileDraft(
            profile_model.ProfileField(given.profile.field.value),
            profile_model.Comparison(given.profile.comparison.value),
            tuple(value.strip() for value in given.profile.values),
        )
    return found
