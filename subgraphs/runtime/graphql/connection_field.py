"""The arguments of a connection, declared once: `extensions=[ConnectionField()]` on the field."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import FieldExtension
from strawberry.types import Info
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from subgraphs.runtime.graphql.unset import value_or_none
from subgraphs.runtime.pagination.cursors import (
    DEFAULT_PAGE,
    MAX_PAGE,
    Cursors,
    PageBounds,
    Sort,
    list_scope,
    read_bounds,
)

PAGE_ARGUMENT: Final = "page_request"
_SIZE: Final = f"1 to {MAX_PAGE}; {DEFAULT_PAGE} when neither `first` nor `last` is given."
_ARGUMENTS: Final[Mapping[str, tuple[Any, str]]] = {
    "first": (int | None, f"How many rows from the front, {_SIZE} Not together with `last`."),
    "after": (str | None, "Only rows after this cursor of the same list, sort and filter; null means from the front."),
    "last": (int | None, f"How many rows from the back, {_SIZE} Not together with `first`."),
    "before": (str | None, "Only rows before this cursor of the same list, sort and filter; null means to the back."),
}


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The page that a client asked for, before the list's sort and filter are known."""

    list_name: str
    cursors: Cursors
    first: int | None
    after: str | None
    last: int | None
    before: str | None

    def of(self, sort: Sort, filter_values: Mapping[str, Any] | None = None) -> tuple[PageBounds, str]:
        """Returns the page's bounds, and the scope that its cursors are signed for.

        The scope names the field, the sort and the filter, so a cursor of another list is refused. Raises BadPage.
        """
        scope = list_scope(self.list_name, sort, filter_values or {})
        bounds = read_bounds(
            self.cursors, scope, first=self.first, after=self.after, last=self.last, before=self.before
        )
        return bounds, scope


class ConnectionField(FieldExtension):
    """Gives a field the arguments `first`, `after`, `last` and `before`, and its resolver a PageRequest as `page_request`.

    Of other extensions it stands first, so that a cached field's key holds the arguments as they were sent.
    See the Relay cursor connections specification: https://relay.dev/graphql/connections.htm
    """

    def __init__(self) -> None:
        self._list_name = ""

    def apply(self, field: StrawberryField) -> None:
        """Declares the arguments on the field, in place of the resolver's `page_request`."""
        name = field.graphql_name or to_camel_case(field.python_name)
        owner = getattr(field.origin, "__name__", "")
        if PAGE_ARGUMENT not in {argument.python_name for argument in field.arguments}:
            raise TypeError(f"{owner}.{name}: the resolver of a connection takes `{PAGE_ARGUMENT}`")
        if field.extensions.index(self) != 0:
            raise TypeError(f"{owner}.{name}: ConnectionField stands first among the extensions")
        self._list_name = f"{owner}.{name}"
        field.arguments = [
            *(argument for argument in field.arguments if argument.python_name != PAGE_ARGUMENT),
            *(
                StrawberryArgument(
                    python_name=argument,
                    graphql_name=None,
                    type_annotation=StrawberryAnnotation(annotation),
                    description=description,
                    default=strawberry.UNSET,
                )
                for argument, (annotation, description) in _ARGUMENTS.items()
            ),
        ]

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info[Any, Any], **arguments: Any
    ) -> Any:
        """Resolves the field with the page's arguments gathered."""
        asked = {name: value_or_none(arguments.pop(name, None)) for name in _ARGUMENTS}
        page = PageRequest(list_name=self._list_name, cursors=info.context.cursors, **asked)
        return await next_(source, info, page_request=page, **arguments)
