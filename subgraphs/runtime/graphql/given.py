"""Arguments and input fields that may be left out."""

from typing import TypeVar

import strawberry

Value = TypeVar("Value")


def given(value: Value | None) -> Value | None:
    """The value; None where it was left out, as where it was null."""
    return None if value is strawberry.UNSET else value
