"""Arguments and input fields that may be left out."""

from collections.abc import Mapping
from typing import TypeVar

import strawberry

Value = TypeVar("Value")


def value_or_none(value: Value | None) -> Value | None:
    """The value; None where it was left out, as where it was null."""
    return None if value is strawberry.UNSET else value


def present_values(values: Mapping[str, Value]) -> dict[str, Value]:
    """Those of the values that were not left out; a null among them was meant."""
    return {name: value for name, value in values.items() if value is not strawberry.UNSET}
