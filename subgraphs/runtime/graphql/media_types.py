"""The format of a response, as GraphQL over HTTP has it: which of two media types, and with which status."""

from typing import Any, Final

JSON: Final = "application/json"
GRAPHQL_JSON: Final = "application/graphql-response+json"


def chosen_media(accept: str | None) -> str:
    """The media type that a client prefers; JSON when it says nothing, or nothing that is given here."""
    best, weight = JSON, 0.0
    for part in (accept or "*/*").split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        offered = {GRAPHQL_JSON: GRAPHQL_JSON, JSON: JSON, "application/*": JSON, "*/*": JSON}.get(name)
        quality = _quality(parameters)
        # Of two that are wanted alike, the first.
        if offered is not None and quality > weight:
            best, weight = offered, quality
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def status_of(body: Any, media: str) -> int:
    """400 for a request that never was executed, in the media type that tells by status; else 200."""
    return 400 if media == GRAPHQL_JSON and "data" not in body else 200
