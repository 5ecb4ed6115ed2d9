"""Descriptions of GraphQL types and fields, taken from the docstrings of their classes and resolvers.

So what a type or a field is stands once, where a reader of the code and a reader of the API both find it. Fields without a
resolver, arguments and enum values have no docstring; they say `description=` where they are declared.
"""

from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema


def describe_from_docstrings(schema: GraphQLSchema) -> None:
    """Gives every type and every resolved field that has no description the text of its docstring, on one line."""
    for kind in schema.type_map.values():
        definition = (kind.extensions or {}).get("strawberry-definition")
        if isinstance(kind, GraphQLEnumType):
            kind.description = kind.description or _text(getattr(definition, "wrapped_cls", None))
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            kind.description = kind.description or _text(getattr(definition, "origin", None))
            for field in kind.fields.values():
                declared = (field.extensions or {}).get("strawberry-definition")
                resolver = getattr(declared, "base_resolver", None)
                if resolver is not None:
                    field.description = field.description or _text(resolver.wrapped_func)


def _text(declared: Any) -> str | None:
    docstring: str | None = getattr(declared, "__doc__", None)
    # A dataclass without a docstring is given its signature for one.
    if docstring is None or docstring.startswith(f"{declared.__name__}("):
        return None
    return " ".join(docstring.split())
