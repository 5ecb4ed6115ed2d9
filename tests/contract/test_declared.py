"""What every field must declare: who may see it, and whether anything serves it yet."""

import json
from pathlib import Path

import pytest

from deploy.generate.permissions import declared_fields, schema_of
from deploy.generate.schema import SUBGRAPHS
from subgraphs.runtime.graphql.not_built import NotBuiltYet
from subgraphs.runtime.graphql.permissions import audience_of
from subgraphs.runtime.graphql.schema import FederatedSchema

LIST = Path(__file__).parents[2] / "schema" / "not-implemented.json"
OF_FEDERATION = {"_service", "_entities"}


def guarded_types(schema: FederatedSchema) -> set[str]:
    """The roots, and the types that others can ask for by a key."""
    names = {"Query", "Mutation"}
    for name, kind in schema._schema.type_map.items():
        definition = (kind.extensions or {}).get("strawberry-definition")
        if hasattr(getattr(definition, "origin", None), "resolve_reference"):
            names.add(name)
    return names


@pytest.mark.parametrize("subgraph", SUBGRAPHS)
def test_every_field_that_can_be_asked_for_says_who_may(subgraph: str) -> None:
    schema = schema_of(subgraph)
    guarded = guarded_types(schema)
    assert {"Query", "Mutation", "User"} <= guarded
    undeclared = [
        f"{kind}.{name}"
        for kind, name, field in declared_fields(schema)
        if kind in guarded and name not in OF_FEDERATION and audience_of(field) is None
    ]
    assert undeclared == []


@pytest.mark.parametrize("subgraph", SUBGRAPHS)
def test_the_fields_that_nothing_serves_yet_are_those_listed(subgraph: str) -> None:
    marked = {
        f"{kind}.{name}"
        for kind, name, field in declared_fields(schema_of(subgraph))
        if any(isinstance(extension, NotBuiltYet) for extension in getattr(field, "extensions", ()))
    }
    listed = json.loads(LIST.read_text())[subgraph]
    assert len(listed) == len(set(listed))
    # AppResources of inputs and of operations are listed besides; tests of their own send them.
    of_fields = {entry for entry in listed if " " not in entry and "Input." not in entry}
    assert marked == of_fields
