"""Which stored fields a selection needs, so that no others are read: declared once for a type, beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode
from strawberry.types import Info

from subgraphs.runtime.pagination.queries import Fields


@dataclass(frozen=True)
class Projection:
    """Of each GraphQL field of a type: the stored fields that it is made of.

    `always` are those that every object needs, whatever is asked for; ids, parents and what a list is sorted by are
    read in any case.
    """

    parts: Mapping[str, Sequence[str]]
    always: Sequence[str] = ()

    def of_nodes(self, info: Info[Any, Any]) -> Fields:
        """What the nodes of this connection are to be read with.

        All there is when a field is selected that says nothing here.
        """
        names = selected(info, "edges", "node")
        if not names <= self.parts.keys():
            return None
        return frozenset(self.always).union(*(self.parts[name] for name in names))


def selected(info: Info[Any, Any], *path: str) -> frozenset[str]:
    """The names of the fields selected at the end of `path` below this field. What a directive leaves out counts too."""
    raw = info._raw_info
    level = [node.selection_set for node in raw.field_nodes if node.selection_set is not None]
    for step in path:
        below = (node for node in _fields(level, raw.fragments) if node.name.value == step)
        level = [node.selection_set for node in below if node.selection_set is not None]
    return frozenset(node.name.value for node in _fields(level, raw.fragments)) - {"__typename"}


def _fields(
    selections: Iterable[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterable[FieldNode]:
    for selection_set in selections:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode):
                yield from _fields([fragments[node.name.value].selection_set], fragments)
            elif isinstance(node, InlineFragmentNode):
                yield from _fields([node.selection_set], fragments)
