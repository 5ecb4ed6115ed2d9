"""Rules in and out."""

from enum import Enum

import strawberry

from subgraphs.events.model import profile as profile_model
from subgraphs.events.model import rule as model
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.enum
class ActivityType(Enum):
    """Kinds of activities."""

    LOGIN = strawberry.enum_value("LOGIN", description="The user signed in; told by the platform itself.")
    ATTENDANCE = strawberry.enum_value("ATTENDANCE", description="The user was there on a day; `checkIn` tells it.")
    INVITE_ACCEPTED = strawberry.enum_value("INVITE_ACCEPTED", description="Somebody accepted the user's invitation.")
    PURCHASE = strawberry.enum_value("PURCHASE", description="The user bought something.")
    QUEST = strawberry.enum_value("QUEST", description="The user finished a quest.")
    LEVEL = strawberry.enum_value("LEVEL", description="The user reached a level.")
    CUSTOM = strawberry.enum_value("CUSTOM", description="Anything else, told apart by `name`.")


@strawberry.interface
class Rule:
    """A rule is a tree: branches of ALL, ANY and NONE over conditions. At most 5 levels deep and 50 conditions.

    `ruleNodes` of an event lists the tree flat, for clients that cannot recurse.
    """

    id: strawberry.ID = strawberry.field(
        description="Names the rule inside its event; another event may use the same one."
    )


@strawberry.interface
class Condition(Rule):
    """A leaf of a rule: what a user must have done or be."""


@strawberry.type
class AllOf(Rule):
    """A branch that holds when all of its rules hold."""

    rules: list[Rule] = strawberry.field(description="The rules below this branch, at least one.")


@strawberry.type
class AnyOf(Rule):
    """A branch that holds when at least one of its rules holds."""

    rules: list[Rule] = strawberry.field(description="The rules below this branch, at least one.")


@strawberry.type
class NoneOf(Rule):
    """A branch that holds when none of its rules holds."""

    rules: list[Rule] = strawberry.field(description="The rules below this branch, at least one.")


@strawberry.type
class RuleNode:
    """A rule, and its place in the tree."""

    rule: Rule = strawberry.field(description="The branch or condition.")
    parent_id: strawberry.ID | None = strawberry.field(description="The id of the branch above; null at the root.")
    depth: int = strawberry.field(description="The level in the tree, 1 at the root.")


@strawberry.type
class CountCondition(Condition):
    """At least `target` matching activities inside the window; with `distinctDays`, at most one counts a day."""

    activity: ActivityType = strawberry.field(description="The kind of activities that count.")
    name: str | None = strawberry.field(description="Only activities of this name count; null means any.")
    target: SafeInt = strawberry.field(description="How many must count.")
    distinct_days: bool = strawberry.field(
        description="True counts days with a matching activity, in the event's zone, instead of activities."
    )


@strawberry.type
class StreakCondition(Condition):
    """Matching activities on at least `days` days in a row, in the event's zone."""

    activity: ActivityType = strawberry.field(description="The kind of activities that count.")
    name: str | None = strawberry.field(description="Only activities of this name count; null means any.")
    days: int = strawberry.field(description="How many days in a row.")


@strawberry.type
class SumCondition(Condition):
    """The `amount`s of matching activities add up to at least `target`."""

    activity: ActivityType = strawberry.field(description="The kind of activities that count.")
    name: str | None = strawberry.field(description="Only activities of this name count; null means any.")
    target: SafeInt = strawberry.field(description="The sum that must be reached.")


@strawberry.enum
class ProfileField(Enum):
    """What rules can ask of a profile."""

    REGION = strawberry.enum_value("REGION", description="The user's region, ISO 3166-1 alpha-2.")
    ACCOUNT_AGE_DAYS = strawberry.enum_value(
        "ACCOUNT_AGE_DAYS", description="Whole days since the account was registered."
    )


@strawberry.enum
class Comparison(Enum):
    """How a field of a profile compares with the values of a condition."""

    EQUALS = strawberry.enum_value("EQUALS", description="The field is the value.")
    NOT_EQUALS = strawberry.enum_value("NOT_EQUALS", description="The field is known and is not the value.")
    AT_LEAST = strawberry.enum_value("AT_LEAST", description="The field is the value or more; not for regions.")
    AT_MOST = strawberry.enum_value("AT_MOST", description="The field is the value or less; not for regions.")
    ONE_OF = strawberry.enum_value("ONE_OF", description="The field is one of the values.")


@strawberry.type
class ProfileCondition(Condition):
    """A field of the user's profile compares so with the values."""

    field: ProfileField = strawberry.field(description="Which field.")
    comparison: Comparison = strawberry.field(description="How it compares.")
    values: list[str] = strawberry.field(
        description="One value, or 1 to 50 with ONE_OF: regions as in KR, or numbers of days."
    )


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
