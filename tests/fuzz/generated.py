"""Operations that hypothesis-graphql makes from a schema, with what exists in the data put in among what does not.

schemathesis makes its GraphQL operations with the same package. It is not used itself because it sends each from a thread
and an event loop of its own, where a subgraph in this process has no connections, and judges by HTTP's status, while a
fault of ours has a code of its own.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import graphql
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

# What `first` and the like, versions and amounts are tried with.
_NUMBERS: Final = (0, 1, 2, 3, 20, 100, 101, -1, 2**31 - 1, -(2**31))
_INSTANTS: Final = (
    "2026-03-02T12:00:00Z",
    "2026-01-01T00:00:00Z",
    "2026-12-31T23:59:59.999+09:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "yesterday",
)
_DAYS: Final = ("2026-03-02", "2026-02-28", "0001-01-01", "9999-12-31", "2026-02-30")
_TEXTS: Final = ("UTC", "Asia/Seoul", "KR", "US", "en", "a", "correct horse battery", "mina@example.com", "key-1", "")
_TEXT: Final = st.text(st.characters(codec="utf-8"), max_size=20)
_CURSORS: Final = re.compile(r"\b(after|before): String\b")


@dataclass
class Known:
    """What there is: ids and cursors of the data, and those that answers have told."""

    ids: list[str] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)

    def learn(self, value: Any, name: str = "") -> None:
        """Takes ids and cursors from a part of an answer."""
        if isinstance(value, dict):
            for key, part in value.items():
                self.learn(part, key)
        elif isinstance(value, list):
            for part in value:
                self.learn(part, name)
        elif isinstance(value, str) and name.lower().endswith("cursor"):
            self.cursors.append(value)
        elif isinstance(value, str) and (name == "id" or name.endswith("Id")) and value not in self.ids:
            self.ids.append(value)


@dataclass(frozen=True)
class Operations:
    """What is made of one schema. A cursor's argument gets cursors, as if it had a type of its own."""

    schema: graphql.GraphQLSchema
    known: Known

    @classmethod
    def of(cls, sdl: str, known: Known) -> "Operations":
        text = _CURSORS.sub(r"\1: Cursor", sdl) + "\nscalar Cursor\n"
        return cls(graphql.build_schema(text, assume_valid=True, assume_valid_sdl=True), known)

    def fields(self) -> list[str]:
        """Every field that a client can ask for at the top."""
        roots = filter(None, (self.schema.query_type, self.schema.mutation_type))
        return [name for root in roots for name in root.fields if name != "_service"]

    def asking(self, name: str) -> st.SearchStrategy[str]:
        """Operations that ask for this field alone, its arguments and selection as they come."""
        return from_schema(self.schema, fields=[name], custom_scalars=self._scalars())

    def _scalars(self) -> dict[str, st.SearchStrategy[graphql.ValueNode]]:
        known, number = self.known, st.integers(0, 10_000)
        ids = number.map(lambda at: nodes.String(known.ids[at % len(known.ids)]))
        cursors = number.map(lambda at: nodes.String((known.cursors or [""])[at % (len(known.cursors) or 1)]))
        text, numbers = _TEXT.map(nodes.String), st.integers(-(2**31), 2**31 - 1)
        entity = st.tuples(st.sampled_from(_entities(self.schema)), ids).map(
            lambda of: nodes.Object([_field("__typename", nodes.String(of[0])), _field("id", of[1])])
        )
        return {
            "ID": st.one_of(ids, ids, ids, text),
            "Cursor": st.one_of(st.just(nodes.Null), cursors, cursors, text),
            "String": st.one_of(st.sampled_from(_TEXTS).map(nodes.String), text),
            "Int": st.one_of(st.sampled_from(_NUMBERS), st.integers(1, 10), numbers).map(nodes.Int),
            "SafeInt": st.one_of(st.sampled_from(_NUMBERS), st.integers(-(2**53), 2**53)).map(nodes.Int),
            "DateTime": st.one_of(st.sampled_from(_INSTANTS), st.datetimes().map(lambda at: f"{at.isoformat()}Z")).map(
                nodes.String
            ),
            "Date": st.one_of(st.sampled_from(_DAYS), st.dates().map(str)).map(nodes.String),
            "JSON": st.one_of(text, numbers.map(nodes.Int), st.just(nodes.Object([]))),
            "_Any": entity,
        }


def _field(name: str, value: graphql.ValueNode) -> graphql.ObjectFieldNode:
    return graphql.ObjectFieldNode(name=graphql.NameNode(value=name), value=value)


def _entities(schema: graphql.GraphQLSchema) -> list[str]:
    union = schema.type_map.get("_Entity")
    return [kind.name for kind in union.types] if isinstance(union, graphql.GraphQLUnionType) else ["User"]
