"""What the code exports keeps every promise of the published contract, and the committed SDL is what the code exports."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, Node, parse, print_ast
from graphql.language import (
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    UnionTypeDefinitionNode,
)

from deploy.generate.schema import SUBGRAPHS, breaking_changes, check, exported

PUBLISHED = Path(__file__).parents[2] / "schema" / "published"


def directives(node: Any) -> str:
    shown = sorted(print_ast(directive) for directive in node.directives or ())
    # The default of an argument may be written out or not.
    return " ".join(text.replace(", resolvable: true", "") for text in shown)


def promises(document: DocumentNode) -> Iterator[str]:
    """Every name, type, default and directive of an SDL, one line each, in no order. Descriptions may change."""
    for node in document.definitions:
        yield from _definition(node)


def _definition(node: Node) -> Iterator[str]:
    match node:
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            name = node.name.value
            yield f"{node.kind} {name} {directives(node)}".strip()
            for interface in node.interfaces or ():
                yield f"{name} implements {interface.name.value}"
            for field in node.fields or ():
                path = f"{name}.{field.name.value}"
                yield f"{path}: {print_ast(field.type)} {directives(field)}".strip()
                for argument in field.arguments or ():
                    yield f"{path}({_value(argument)})"
        case InputObjectTypeDefinitionNode():
            yield f"{node.kind} {node.name.value} {directives(node)}".strip()
            for value in node.fields or ():
                yield f"{node.name.value}.{_value(value)}"
        case EnumTypeDefinitionNode():
            yield f"{node.kind} {node.name.value}".strip()
            for member in node.values or ():
                yield f"{node.name.value}.{member.name.value}".strip()
        case UnionTypeDefinitionNode():
            yield f"{node.kind} {node.name.value}".strip()
            for kind in node.types or ():
                yield f"{node.name.value} = {kind.name.value}"
        case ScalarTypeDefinitionNode():
            yield f"{node.kind} {node.name.value} {directives(node)}".strip()


def _value(node: Any) -> str:
    default = f" = {print_ast(node.default_value)}" if node.default_value else ""
    return f"{node.name.value}: {print_ast(node.type)}{default}".strip()


@pytest.mark.parametrize("subgraph", SUBGRAPHS)
def test_the_exported_sdl_keeps_every_promise(subgraph: str) -> None:
    promised = set(promises(parse((PUBLISHED / f"{subgraph}.graphql").read_text())))
    kept = set(promises(parse(exported(subgraph))))
    assert sorted(promised - kept) == []


def test_the_committed_sdl_is_what_the_code_exports_and_breaks_nothing_unlisted() -> None:
    assert check() == []


def test_a_removed_field_is_a_breaking_change_that_is_named() -> None:
    before = "type Query { a: Int b(x: Int): Int }"
    changes = breaking_changes("users", before, "type Query { b(x: Int, y: Int!): Int }")
    assert any("Query.a was removed" in change for change in changes)
    assert any("y" in change for change in changes)
    assert breaking_changes("users", before, before) == []
