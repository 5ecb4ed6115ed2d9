"""The SDL of the subgraphs: exported from code, checked against what is committed and against what clients were promised.

`python -m deploy.generate.schema` writes `schema/<subgraph>.graphql`. With `--check` it writes nothing and fails on
drift, and on a breaking change to `schema/published/` that `schema/breaking-changes.txt` does not list.
"""

import argparse
import difflib
import importlib
import sys
from pathlib import Path
from typing import Final

from graphql import GraphQLSchema, build_ast_schema, find_breaking_changes, parse

SUBGRAPHS: Final = ("users", "events", "rewards")
SCHEMA_FOLDER: Final = Path(__file__).resolve().parents[2] / "schema"
LISTED: Final = SCHEMA_FOLDER / "breaking-changes.txt"


def exported(subgraph: str) -> str:
    """The subgraph's SDL as its code declares it now."""
    schema = importlib.import_module(f"subgraphs.{subgraph}.schema").schema
    return str(schema.as_str()).strip() + "\n"


def drift(subgraph: str) -> str:
    """The difference between the committed SDL and the code's; empty when they agree."""
    path = SCHEMA_FOLDER / f"{subgraph}.graphql"
    committed = path.read_text() if path.exists() else ""
    lines = difflib.unified_diff(
        committed.splitlines(), exported(subgraph).splitlines(), f"schema/{path.name}", "code", lineterm=""
    )
    return "\n".join(lines)


def breaking_changes(subgraph: str, promised: str, now: str) -> list[str]:
    """What a client of `promised` would miss in `now`, one line each."""
    changes = find_breaking_changes(_built(promised), _built(now))
    return [f"{subgraph}: {change.type.name} {change.description}" for change in changes]


def listed() -> set[str]:
    """The breaking changes that were decided: the lines of the list that are no comments."""
    lines = LISTED.read_text().splitlines() if LISTED.exists() else []
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def _built(sdl: str) -> GraphQLSchema:
    # Federation's directives are not defined in the document itself.
    return build_ast_schema(parse(sdl), assume_valid=True, assume_valid_sdl=True)


def check() -> list[str]:
    """Every fault found, ready to print."""
    faults: list[str] = []
    for subgraph in SUBGRAPHS:
        difference = drift(subgraph)
        if difference:
            faults.append(f"{difference}\nschema/{subgraph}.graphql is not what the code exports: make supergraph")
        promised = (SCHEMA_FOLDER / "published" / f"{subgraph}.graphql").read_text()
        faults += [
            f"breaking change, not listed in schema/breaking-changes.txt: {change}"
            for change in breaking_changes(subgraph, promised, exported(subgraph))
            if change not in listed()
        ]
    return faults


def main(arguments: list[str]) -> int:
    """Exports or checks; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.generate.schema", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on drift or an unlisted break")
    if parser.parse_args(arguments).check:
        faults = check()
        print("\n".join(faults) or "the SDL is as committed, and breaks nothing that was promised")
        return 1 if faults else 0
    for subgraph in SUBGRAPHS:
        (SCHEMA_FOLDER / f"{subgraph}.graphql").write_text(exported(subgraph))
        print(f"wrote schema/{subgraph}.graphql")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
