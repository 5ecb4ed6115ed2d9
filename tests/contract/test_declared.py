"""What every field must declare: who may see it."""

import pytest

from deploy.generate.permissions import declared_fields, schema_of
from deploy.generate.schema import SUBGRAPHS
from subgraphs.runtime.graphql.permissions import audience_of
from subgraphs.runtime.graphql.schema import FederatedSchema

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
