"""The arguments of a connection: declared by the extension, gathered for the resolver, wrong uses refused at the start."""

import dataclasses
from typing import Any

import pytest
import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types import Info

from subgraphs.runtime.graphql.connection_field import ConnectionField, PageRequest
from subgraphs.runtime.pagination.cursors import BadPage, Cursors, Sort

BY_ID = Sort("ID_ASC", (("_id", 1),))


@dataclasses.dataclass
class Context:
    """What the extension needs of a request."""

    cursors: Cursors


@strawberry.type
class Query:
    @strawberry.field(extensions=[ConnectionField()])
    async def names(self, info: Info[Any, Any], page_request: PageRequest, prefix: str = "") -> str:
        bounds, scope = page_request.of(BY_ID, {"prefix": prefix})
        return f"{scope.split(':')[0]} {bounds.limit} {bounds.after} {bounds.before} {bounds.backward}"


SCHEMA = strawberry.Schema(Query)


async def ask(query: str, cursors: Cursors) -> Any:
    result = await SCHEMA.execute(query, context_value=Context(cursors))
    return result.data if result.errors is None else result.errors[0].original_error


def test_the_field_shows_four_described_arguments_after_its_own() -> None:
    field = SCHEMA._schema.query_type.fields["names"]  # type: ignore[union-attr]
    assert list(field.args) == ["prefix", "first", "after", "last", "before"]
    assert all(argument.description for name, argument in field.args.items() if name != "prefix")
    assert [str(field.args[name].type) for name in ("first", "after")] == ["Int", "String"]


async def test_the_resolver_gets_one_page_request() -> None:
    cursors = Cursors("a secret")
    assert await ask("{ names }", cursors) == {"names": "Query.names 20 None None False"}
    assert await ask("{ names(first: null, after: null) }", cursors) == {"names": "Query.names 20 None None False"}
    assert await ask("{ names(last: 7) }", cursors) == {"names": "Query.names 7 None None True"}


async def test_a_bad_bound_names_its_argument() -> None:
    cursors = Cursors("a secret")
    for query, argument in (
        ("{ names(first: 101) }", "first"),
        ("{ names(first: 1, last: 1) }", "last"),
        ('{ names(after: "forged") }', "after"),
    ):
        error = await ask(query, cursors)
        assert isinstance(error, BadPage)
        assert error.argument == argument


def test_a_resolver_without_a_page_request_is_refused_at_the_start() -> None:
    @strawberry.type(name="Query")
    class Bad:
        @strawberry.field(extensions=[ConnectionField()])
        async def names(self) -> str:
            return ""

    with pytest.raises(TypeError, match="page_request"):
        strawberry.Schema(Bad)


def test_another_extension_before_it_is_refused_at_the_start() -> None:
    @strawberry.type(name="Query")
    class Bad:
        @strawberry.field(extensions=[FieldExtension(), ConnectionField()])
        async def names(self, page_request: PageRequest) -> str:
            return ""

    with pytest.raises(TypeError, match="first among the extensions"):
        strawberry.Schema(Bad)
