"""Every member of the graph says in plain words what it is: types, fields, arguments, enum values, unions and scalars."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import parse

from deploy.generate.schema import SUBGRAPHS, exported

ROOT = Path(__file__).parents[2]
# What federation itself adds to a subgraph, and composition to the supergraph.
OF_FEDERATION = {"_Any", "_Entity", "_Service", "Query._service", "Query._entities", "Query._entities(representations)"}
MACHINERY = ("join__", "link__")


def members(sdl: str) -> Iterator[tuple[str, Any]]:
    """Every named member of an SDL with its syntax node: `Type`, `Type.field`, `Type.field(argument)`, `Enum.VALUE`."""
    for definition in parse(sdl).definitions:
        name = getattr(getattr(definition, "name", None), "value", None)
        if name is None or definition.kind == "directive_definition":
            continue
        yield name, definition
        for field in getattr(definition, "fields", None) or ():
            yield f"{name}.{field.name.value}", field
            for argument in getattr(field, "arguments", None) or ():
                yield f"{name}.{field.name.value}({argument.name.value})", argument
        for value in getattr(definition, "values", None) or ():
            yield f"{name}.{value.name.value}", value


def undescribed(sdl: str) -> set[str]:
    """The members without a description, or with one that is no sentence."""
    return {
        name
        for name, node in members(sdl)
        if not name.startswith(MACHINERY) and (node.description is None or not node.description.value.endswith("."))
    }


@pytest.mark.parametrize("subgraph", SUBGRAPHS)
def test_every_member_of_a_subgraph_is_described(subgraph: str) -> None:
    assert undescribed(exported(subgraph)) - OF_FEDERATION - {"_Service.sdl"} == set()


def test_every_member_of_the_supergraph_is_described() -> None:
    sdl = (ROOT / "schema" / "supergraph.graphql").read_text()
    assert sum(1 for name, _ in members(sdl) if not name.startswith(MACHINERY)) > 700
    assert undescribed(sdl) == set()
