"""Fields that the contract declares and no code serves yet: they answer NOT_IMPLEMENTED, never a made-up value."""

from collections.abc import Callable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.types import Info

from subgraphs.runtime.graphql.errors import NotBuilt


class NotBuiltYet(FieldExtension):
    """Put after the field's permission, so that a caller who may not is still told just that."""

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info[Any, Any], **kwargs: Any) -> Any:
        raise NotBuilt(f"{info.path.typename}.{info.field_name}")

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Info[Any, Any], **kwargs: Any) -> Any:
        raise NotBuilt(f"{info.path.typename}.{info.field_name}")
