"""Rules as they are stored."""

from collections.abc import Mapping
from typing import Any

from subgraphs.events.model.rule import ActivityType, Branch, CountCondition, Quantifier, Rule
from subgraphs.runtime.mongo import Document


def rule_document(rule: Rule) -> Document:
    """How a rule is stored."""
    if isinstance(rule, Branch):
        return {"id": rule.id, "kind": rule.quantifier.value, "rules": [rule_document(child) for child in rule.rules]}
    return {
        "id": rule.id,
        "kind": "count",
        "activity": rule.activity.value,
        "name": rule.name,
        "target": rule.target,
        "distinctDays": rule.distinct_days,
    }


def to_rule(document: Mapping[str, Any]) -> Rule:
    """The rule that is stored."""
    if document["kind"] == "count":
        return CountCondition(
            id=document["id"],
            activity=ActivityType(document["activity"]),
            name=document["name"],
            target=document["target"],
            distinct_days=document["distinctDays"],
        )
    children = tuple(to_rule(child) for child in document["rules"])
    return Branch(document["id"], Quantifier(document["kind"]), children)
