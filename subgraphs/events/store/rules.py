"""Rules as they are stored."""

from collections.abc import Mapping
from typing import Any

from subgraphs.events.model.profile import Comparison, ProfileCondition, ProfileField
from subgraphs.events.model.rule import (
    ActivityType,
    Branch,
    CountCondition,
    Quantifier,
    Rule,
    StreakCondition,
    SumCondition,
)
from subgraphs.runtime.mongo import Document


def rule_document(rule: Rule) -> Document:
    """How a rule is stored."""
    if isinstance(rule, Branch):
        return {"id": rule.id, "kind": rule.quantifier.value, "rules": [rule_document(child) for child in rule.rules]}
    if isinstance(rule, ProfileCondition):
        compared = {"field": rule.field.value, "comparison": rule.comparison.value, "values": list(rule.values)}
        return {"id": rule.id, "kind": "profile", **compared}
    common = {"id": rule.id, "activity": rule.activity.value, "name": rule.name}
    match rule:
        case CountCondition():
            return {**common, "kind": "count", "target": rule.target, "distinctDays": rule.distinct_days}
        case StreakCondition():
            return {**common, "kind": "streak", "days": rule.days}
        case SumCondition():
            return {**common, "kind": "sum", "target": rule.target}


def to_rule(document: Mapping[str, Any]) -> Rule:
    """The rule that is stored."""
    rule_id, kind = document["id"], document["kind"]
    if "rules" in document:
        return Branch(rule_id, Quantifier(kind), tuple(to_rule(child) for child in document["rules"]))
    if kind == "profile":
        field, comparison = ProfileField(document["field"]), Comparison(document["comparison"])
        return ProfileCondition(rule_id, field, comparison, tuple(document["values"]))
    activity, name = ActivityType(document["activity"]), document["name"]
    match kind:
        case "count":
            return CountCondition(rule_id, activity, name, document["target"], document["distinctDays"])
        case "streak":
            return StreakCondition(rule_id, activity, name, document["days"])
        case "sum":
            return SumCondition(rule_id, activity, name, document["target"])
    raise ValueError(f"no rule of kind {kind}")
