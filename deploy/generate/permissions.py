"""The permission matrix: who gets what from each field that not everybody may see, read off the fields themselves.

`python -m deploy.generate.permissions` writes `schema/permissions.md`. With `--check` it writes nothing and fails on drift.
"""

import argparse
import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from deploy.generate.schema import SCHEMA_FOLDER, SUBGRAPHS
from subgraphs.runtime.graphql.permissions import OPEN_TO_ALL, audience_of
from subgraphs.runtime.graphql.schema import FederatedSchema

DOCUMENT: Final = SCHEMA_FOLDER / "permissions.md"
ROOTS: Final = ("Query", "Mutation")


class Caller(StrEnum):
    """The kinds of callers that permissions tell apart.

    `SELF` is the user whom the object belongs to; the roles are other users who hold them.
    """

    ANONYMOUS = "nobody"
    SELF = "the user"
    OTHER = "another user"
    OPERATOR = "OPERATOR"
    AUDITOR = "AUDITOR"
    ADMIN = "ADMIN"
    SERVICE = "service"


class Outcome(StrEnum):
    """What a field comes to for a caller."""

    ANSWERED = "yes"
    NULL = "null"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"


_USERS: Final = frozenset({Caller.SELF, Caller.OTHER, Caller.OPERATOR, Caller.AUDITOR, Caller.ADMIN})
# The words of which every declared audience is made.
WORDS: Final = {
    "anybody": frozenset(Caller),
    "signed in": _USERS | {Caller.SERVICE},
    "user": _USERS,
    "self": frozenset({Caller.SELF}),
    "the owner": frozenset({Caller.SELF}),
    "operator": frozenset({Caller.OPERATOR}),
    "auditor": frozenset({Caller.AUDITOR}),
    "admin": frozenset({Caller.ADMIN}),
    "service": frozenset({Caller.SERVICE}),
}


@dataclass(frozen=True, slots=True)
class Guarded:
    """A field, and for whom it is, in the words declared on it. `refuses` tells an error from a null."""

    path: str
    audience: str
    refuses: bool

    def outcome(self, caller: Caller) -> Outcome:
        """What it comes to for a caller who reaches the object and where there is something to see."""
        if any(caller in WORDS[word] for word in self.audience.split(", ")):
            return Outcome.ANSWERED
        if not self.refuses:
            return Outcome.NULL
        return Outcome.UNAUTHENTICATED if caller is Caller.ANONYMOUS else Outcome.FORBIDDEN


def schema_of(subgraph: str) -> FederatedSchema:
    """The subgraph's schema as its code declares it."""
    schema: FederatedSchema = importlib.import_module(f"subgraphs.{subgraph}.schema").schema
    return schema


def declared_fields(schema: FederatedSchema) -> Iterator[tuple[str, str, Any]]:
    """Each type's name, field's name, and field."""
    for name, kind in schema._schema.type_map.items():
        definition = (kind.extensions or {}).get("strawberry-definition")
        for field in getattr(definition, "fields", ()):
            yield name, schema.config.name_converter.from_field(field), field


def guarded_fields(subgraph: str) -> list[Guarded]:
    """Every field of Query and Mutation, then every other field that is not for whoever reaches its object."""
    found = [
        Guarded(f"{kind}.{name}", audience, refuses=any(field.permission_classes))
        for kind, name, field in declared_fields(schema_of(subgraph))
        if (audience := audience_of(field)) not in (None, OPEN_TO_ALL)
    ]
    places = {root: number for number, root in enumerate(ROOTS)}
    return sorted(found, key=lambda field: places.get(field.path.split(".")[0], len(ROOTS)))


def document() -> str:
    """The matrix as Markdown."""
    lines = [
        "# Who gets what",
        "",
        "Written by `make supergraph` from what the fields declare; `make check` fails when the two differ. A field that is",
        "not here is for whoever reaches its object. *yes*: it is answered; *null*: as if nothing were there; else the code",
        "of the error. *The user* is the one whom the object belongs to.",
    ]
    for subgraph in SUBGRAPHS:
        lines += ["", f"## {subgraph}", "", _row("field", *Caller), _row(*["---"] * (len(Caller) + 1))]
        lines += [
            _row(f"`{field.path}`", *(field.outcome(caller) for caller in Caller)) for field in guarded_fields(subgraph)
        ]
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str]) -> int:
    """Writes or checks; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.generate.permissions", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on drift")
    if not parser.parse_args(arguments).check:
        DOCUMENT.write_text(document())
        print(f"wrote schema/{DOCUMENT.name}")
        return 0
    if DOCUMENT.exists() and DOCUMENT.read_text() == document():
        print("the permission matrix is as committed")
        return 0
    print(f"schema/{DOCUMENT.name} is not what the fields declare: make supergraph")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
