"""Rules as they are sent, before they are checked."""

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
from subgraphs.events.types.rules import ActivityType, Comparison, ProfileField
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.input
class CountConditionInput:
    """At least `target` matching activities inside the window."""

    activity: ActivityType = strawberry.field(description="The kind of activities that count.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only activities of this name count: 1 to 64 characters; null or left out means any.",
    )
    target: SafeInt = strawberry.field(
        description="How many must count: 1 to 1,000,000,000, or to 3,660 with `distinctDays`."
    )
    distinct_days: bool = strawberry.field(
        default=False,
        description="True counts days with a matching activity, in the event's zone, instead of activities.",
    )


@strawberry.input
class StreakConditionInput:
    """Matching activities on at least `days` days in a row, in the event's zone."""

    activity: ActivityType = strawberry.field(description="The kind of activities that count.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only activities of this name count: 1 to 64 characters; null or left out means any.",
    )
    days: int = strawberry.field(description="How many days in a row: 1 to 3,660.")


@strawberry.input
class SumConditionInput:
    """The `amount`s of matching activities add up to at least `target`."""

    activity: ActivityType = strawberry.field(description="The kind of activities that count.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only activities of this name count: 1 to 64 characters; null or left out means any.",
    )
    target: SafeInt = strawberry.field(description="The sum that must be reached: 1 to 2^53 - 1.")


@strawberry.input
class ProfileConditionInput:
    """A field of the user's profile compares so with the values."""

    field: ProfileField = strawberry.field(description="Which field.")
    comparison: Comparison = strawberry.field(description="How it compares; regions have no order.")
    values: list[str] = strawberry.field(
        description=("One value, or 1 to 50 with ONE_OF: regions as in KR, or days from 0 to 36,600 written in digits.")
    )


@strawberry.input
class RuleInput:
    """A branch or a condition of a rule. Exactly one field is set."""

    all_of: list["RuleInput"] | None = strawberry.field(
        default=strawberry.UNSET, description="A branch: all of these hold."
    )
    any_of: list["RuleInput"] | None = strawberry.field(
        default=strawberry.UNSET, description="A branch: at least one of these holds."
    )
    none_of: list["RuleInput"] | None = strawberry.field(
        default=strawberry.UNSET, description="A branch: none of these holds."
    )
    count: CountConditionInput | None = strawberry.field(
        default=strawberry.UNSET, description="A condition on how many activities there are."
    )
    streak: StreakConditionInput | None = strawberry.field(
        default=strawberry.UNSET, description="A condition on days in a row."
    )
    sum: SumConditionInput | None = strawberry.field(
        default=strawberry.UNSET, description="A condition on the sum of amounts."
    )
    profile: ProfileConditionInput | None = strawberry.field(
        default=strawberry.UNSET, description="A condition on the user's profile."
    )


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
        kind, name = model.ActivityType(given.count.activity.name), given.count.name or None
        found["count"] = CountDraft(kind, name, given.count.target, given.count.distinct_days)
    if given.streak:
        kind, name = model.ActivityType(given.streak.activity.name), given.streak.name or None
        found["streak"] = StreakDraft(kind, name, given.streak.days)
    if given.sum:
        kind, name = model.ActivityType(given.sum.activity.name), given.sum.name or None
        found["sum"] = SumDraft(kind, name, given.sum.target)
    if given.profile:
        found["profile"] = ProfileDraft(
            profile_model.ProfileField(given.profile.field.name),
            profile_model.Comparison(given.profile.comparison.name),
            tuple(value.strip() for value in given.profile.values),
        )
    return found
