"""Descriptions come from docstrings, unless a description is declared."""

from enum import Enum

import strawberry

from subgraphs.runtime.graphql.docstrings import describe_from_docstrings


@strawberry.enum
class Colour(Enum):
    """The colours that there are."""

    RED = strawberry.enum_value("RED", description="As blood.")


@strawberry.type
class Bare:
    name: str = strawberry.field(description="Declared on the field.")


@strawberry.type
class Query:
    """What can be asked.

    In two sentences.
    """

    @strawberry.field
    def colour(self) -> Colour:
        """The colour
        of the day.
        """
        return Colour.RED

    @strawberry.field(description="Declared.")
    def bare(self) -> Bare:
        """Not shown."""
        return Bare(name="")

    @strawberry.field
    def silent(self) -> str:
        return ""


def test_a_docstring_describes_what_declares_no_description() -> None:
    schema = strawberry.Schema(Query)._schema
    describe_from_docstrings(schema)
    query = schema.type_map["Query"]
    assert query.description == "What can be asked. In two sentences."
    fields = query.fields  # type: ignore[attr-defined]
    assert fields["colour"].description == "The colour of the day."
    assert fields["bare"].description == "Declared."
    assert fields["silent"].description is None
    assert schema.type_map["Colour"].description == "The colours that there are."
    # A dataclass without a docstring has its signature for one, which describes nothing.
    assert schema.type_map["Bare"].description is None
