"""What a query may ask for at most: how deep, how many aliases and directives, how much at worst.

One rule over the document, made once, so that a document's verdict is cached with its validation. A page's size that a
variable gives is not known there and counts as the largest.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationRule,
)

from subgraphs.runtime.error_codes import QUERY_TOO_COMPLEX
from subgraphs.runtime.graphql.errors import CodedError
from subgraphs.runtime.pagination.cursors import DEFAULT_PAGE, MAX_PAGE

MAX_TOKENS: Final = 10_000
MAX_FIELD_DEPTH: Final = 20
MAX_ALIASES: Final = 250
MAX_DIRECTIVES: Final = 250
# Values in the answer at worst: a page of 100, each with a page of 100, each of fifty fields.
MAX_COST: Final = 500_000
# Brackets of any kind inside one another. The parser recurses, so this is looked at before it.
MAX_TEXT_DEPTH: Final = 60
MAX_JSON_DEPTH: Final = 100
# Of a request's body: bytes of one string, the query's text among them, and values in all. Each costs the event loop time.
MAX_STRING_BYTES: Final = 131_072
MAX_VALUES: Final = 50_000
# Possessive, so that no text makes the search go back.
_TEXT_PARTS: Final = re.compile(r'"""(?:[^"\\]++|\\"""|\\|"(?!""))*+"""|"(?:[^"\\\n]++|\\.)*+"|#[^\n]*+|[{}()\[\]]')
_JSON_PARTS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\],]', re.DOTALL)
_OPENING: Final = frozenset("{([")
_CLOSING: Final = frozenset("})]")
_JSON_OPENING: Final = frozenset((b"{", b"["))
_JSON_CLOSING: Final = frozenset((b"}", b"]"))


class TooComplex(CodedError):
    """The query asks for more than anybody gets at once."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(QUERY_TOO_COMPLEX, f"{what}: at most {limit}")


@lru_cache(maxsize=1000)
def text_fault(query: str) -> TooComplex | None:
    """What is wrong with a text that is too deep to be parsed."""
    depth = 0
    for found in _TEXT_PARTS.finditer(query):
        part = found.group()
        if part in _OPENING:
            depth += 1
            if depth > MAX_TEXT_DEPTH:
                return TooComplex("levels of nesting", MAX_TEXT_DEPTH)
        elif part in _CLOSING:
            depth -= 1
    return None


def body_fault(body: bytes) -> TooComplex | None:
    """What is wrong with a JSON text that is too deep, too long in one string, or too many values, to be read."""
    depth = values = 0
    for found in _JSON_PARTS.finditer(body):
        part = found.group()
        if part == b",":
            values += 1
            if values > MAX_VALUES:
                return TooComplex("values in the body", MAX_VALUES)
        elif part in _JSON_OPENING:
            depth += 1
            if depth > MAX_JSON_DEPTH:
                return TooComplex("levels of nesting in the body", MAX_JSON_DEPTH)
        elif part in _JSON_CLOSING:
            depth -= 1
        elif len(part) > MAX_STRING_BYTES:
            return TooComplex("bytes of one string", MAX_STRING_BYTES)
    return None


@dataclass(slots=True)
class _Measure:
    """Of one selection set, with all that its fragments bring."""

    depth: int = 0
    cost: int = 0
    aliases: int = 0
    directives: int = 0

    def add(self, other: "_Measure", *, levels: int = 0, times: int = 1) -> None:
        self.depth = max(self.depth, other.depth + levels)
        self.cost = min(self.cost + other.cost * times, MAX_COST + 1)
        self.aliases = min(self.aliases + other.aliases, MAX_ALIASES + 1)
        self.directives = min(self.directives + other.directives, MAX_DIRECTIVES + 1)


@dataclass(slots=True)
class _Measured:
    """Each fragment is measured once, however often it is spread."""

    fragments: dict[str, FragmentDefinitionNode]
    known: dict[str, _Measure] = field(default_factory=dict)

    def of(self, selections: SelectionSetNode) -> _Measure:
        whole = _Measure()
        for selection in selections.selections:
            whole.directives = min(whole.directives + len(selection.directives or ()), MAX_DIRECTIVES + 1)
            if isinstance(selection, FieldNode):
                whole.cost += 1
                whole.aliases += selection.alias is not None
                whole.depth = max(whole.depth, 1)
                if selection.selection_set is not None:
                    whole.add(self.of(selection.selection_set), levels=1, times=_rows(selection))
            elif isinstance(selection, FragmentSpreadNode):
                whole.add(self._fragment(selection.name.value))
            else:
                whole.add(self.of(selection.selection_set))  # type: ignore[attr-defined]
        return whole

    def _fragment(self, name: str) -> _Measure:
        if name not in self.known and name in self.fragments:
            # A fragment within itself counts nothing here; another rule refuses it.
            self.known[name] = _Measure()
            self.known[name] = self.of(self.fragments[name].selection_set)
        return self.known.get(name, _Measure())


def _rows(node: FieldNode) -> int:
    """How many times what stands below a field is answered. A connection without a size has the usual one."""
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            value = argument.value
            size = int(value.value) if isinstance(value, IntValueNode) and len(value.value) < 10 else MAX_PAGE
            return min(max(size, 1), MAX_PAGE)
    selected = node.selection_set.selections if node.selection_set is not None else ()
    has_edges = any(isinstance(part, FieldNode) and part.name.value == "edges" for part in selected)
    return DEFAULT_PAGE if has_edges else 1


class WithinLimits(ValidationRule):
    """Refuses an operation that is over a limit, naming it."""

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        definitions = context.document.definitions
        fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
        self._measured = _Measured(fragments)

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measures one operation and reports each limit that it exceeds."""
        found = self._measured.of(node.selection_set)
        found.directives += len(node.directives or ())
        for what, value, limit in (
            ("levels of fields", found.depth, MAX_FIELD_DEPTH),
            ("aliases", found.aliases, MAX_ALIASES),
            ("directives", found.directives, MAX_DIRECTIVES),
            ("values in the answer", found.cost, MAX_COST),
        ):
            if value > limit:
                self.report_error(TooComplex(what, limit))
