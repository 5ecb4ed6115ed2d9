"""What is declared and not served yet says so through the router, with no value made up."""

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_ast_schema,
    get_named_type,
    is_composite_type,
    parse,
)

from tests.fixtures.graph import Graph

SCHEMA = Path(__file__).parents[2] / "schema"
LISTED = json.loads((SCHEMA / "not-implemented.json").read_text())
FIELDS = [
    (subgraph, entry)
    for subgraph, entries in LISTED.items()
    for entry in entries
    if " " not in entry and "Input." not in entry
]
USER, EVENT = "krdemo0000000000000000", "evdemo00active0000001"
# How to reach a type's field from the root.
WAYS = {
    "Query": "{ %s }",
    "Mutation": "mutation { %s }",
    "User": f'{{ user(id: "{USER}") {{ %s }} }}',
    "Event": f'{{ event(id: "{EVENT}") {{ %s }} }}',
    "RewardOffer": f'{{ rewardOffer(id: "{EVENT}.points0001") {{ %s }} }}',
}


def literal(kind: Any) -> str:
    """A value of a type that is as small as it can be."""
    if isinstance(kind, GraphQLNonNull):
        return literal(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{literal(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        required = {n: f for n, f in kind.fields.items() if isinstance(f.type, GraphQLNonNull)}
        return "{" + ", ".join(f"{name}: {literal(field.type)}" for name, field in required.items()) + "}"
    return {"Int": "1", "SafeInt": "1", "Boolean": "false", "DateTime": '"2026-01-01T00:00:00Z"'}.get(kind.name, '"x"')


def selection(name: str, field: GraphQLField) -> str:
    """The field with the arguments it must have."""
    needed = [f"{n}: {literal(a.type)}" for n, a in field.args.items() if isinstance(a.type, GraphQLNonNull)]
    arguments = f"({', '.join(needed)})" if needed else ""
    return f"{name}{arguments}" + (" { __typename }" if is_composite_type(get_named_type(field.type)) else "")


def schema_of(subgraph: str) -> GraphQLSchema:
    sdl = (SCHEMA / f"{subgraph}.graphql").read_text()
    return build_ast_schema(parse(sdl), assume_valid=True, assume_valid_sdl=True)


@pytest.mark.parametrize(("subgraph", "entry"), FIELDS, ids=[entry for _, entry in FIELDS])
async def test_it_says_so(graph: Graph, subgraph: str, entry: str) -> None:
    kind, name = entry.split(".")
    parent = schema_of(subgraph).type_map[kind]
    assert isinstance(parent, GraphQLObjectType)
    query = WAYS[kind] % selection(name, parent.fields[name])
    everything = graph.token(USER, "ADMIN", "OPERATOR", "AUDITOR")
    token = graph.stack.service_token if entry == "Mutation.spendPoints" else everything
    answer = await graph(query, token=token)
    assert answer.codes == ["NOT_IMPLEMENTED"], answer
    assert name in answer.errors[0]["message"]
    value = answer.partial
    while isinstance(value, dict) and name not in value:
        (value,) = value.values()
    assert value is None or value[name] is None
