"""Reasons that people give for what they do."""

from typing import Final

from subgraphs.runtime.results import Violation

MAX_REASON: Final = 500


def check_reason(reason: str | None, *, required: bool) -> list[Violation]:
    """At most 500 characters; when required, not blank."""
    least = 1 if required else 0
    if least <= len((reason or "").strip()) and len(reason or "") <= MAX_REASON:
        return []
    return [Violation(("input", "reason"), "REASON", f"a reason has {least} to {MAX_REASON} characters")]
