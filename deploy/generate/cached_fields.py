"""The table in docs/api.md of cached fields, made from the code.

`python -m deploy.generate.cached_fields` writes it, `--check` fails on drift.
"""

import importlib
import sys
from collections.abc import Iterator
from typing import Any, Final

from deploy.generate.documents import Part
from deploy.generate.schema import SUBGRAPHS
from subgraphs.runtime.cache import Policy, Scope
from subgraphs.runtime.graphql.cached import Cached, CacheHint

PART: Final = Part("cached fields", "deploy.generate.cached_fields")
SHARED: Final = {
    Scope.PUBLIC: "everybody",
    Scope.ROLE: "all staff; all others",
    Scope.VIEWER: "nobody but the viewer",
}


def fields(subgraph: str) -> Iterator[tuple[str, Any, Any]]:
    """Each object type's name with its class, and each of its fields."""
    schema = importlib.import_module(f"subgraphs.{subgraph}.schema").schema
    for name, kind in sorted(schema._schema.type_map.items()):
        definition = (kind.extensions or {}).get("strawberry-definition")
        for field in getattr(definition, "fields", ()):
            yield name, getattr(definition, "origin", None), field


def called(policy: Policy[Any]) -> str:
    """A type's instances are found by their ids; a field stands by its type."""
    return policy.name if "." in policy.name else f"{policy.name} by its id"


def cached(subgraph: str) -> dict[str, Policy[Any]]:
    """How each cached field and entity of a subgraph is cached, by what it is called in the table."""
    found: dict[str, Policy[Any]] = {}
    for _, origin, field in fields(subgraph):
        through = getattr(origin, "reference", None)
        if isinstance(through, CacheHint):
            found[called(through.entity.policy)] = through.entity.policy
        for extension in getattr(field, "extensions", ()):
            if isinstance(extension, Cached):
                found[extension.policy.name] = extension.policy
            if isinstance(extension, CacheHint):
                found[called(extension.entity.policy)] = extension.entity.policy
    return found


def table() -> str:
    """The table in Markdown."""
    lines = ["| what | subgraph | seconds | stale for | shared by | tags |", "|---|---|---|---|---|---|"]
    for subgraph in SUBGRAPHS:
        for name, policy in sorted(cached(subgraph).items()):
            shared, tags = SHARED[policy.scope], ", ".join(f"`{tag}`" for tag in policy.tags)
            lines.append(f"| `{name}` | {subgraph} | {policy.ttl:g} | {policy.stale_for:g} | {shared} | {tags} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(PART.main(table(), sys.argv[1:], __doc__))
