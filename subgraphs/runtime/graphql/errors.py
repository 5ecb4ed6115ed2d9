"""Errors at the top level of a response: each with a stable `extensions.code`, none with an internal detail."""

from typing import Any

import structlog
from graphql import GraphQLError, GraphQLFormattedError

from subgraphs.runtime.clients.subgraph import SubgraphUnavailable
from subgraphs.runtime.error_codes import (
    BAD_USER_INPUT,
    FORBIDDEN,
    GRAPHQL_PARSE_FAILED,
    GRAPHQL_VALIDATION_FAILED,
    INTERNAL,
    QUERY_TOO_COMPLEX,
    UNAUTHENTICATED,
    UNAVAILABLE,
)
from subgraphs.runtime.ids import random_id
from subgraphs.runtime.mongo import is_unavailable
from subgraphs.runtime.pagination.cursors import BadPage

log = structlog.get_logger("graphql")


class CodedError(GraphQLError):
    """An error meant for the client."""

    def __init__(self, code: str, message: str, **extensions: Any) -> None:
        super().__init__(message, extensions={"code": code, **extensions})


class Unauthenticated(CodedError):
    """The field needs a signed-in caller, and there is none."""

    def __init__(self, message: str = "sign in first") -> None:
        super().__init__(UNAUTHENTICATED, message)


class Forbidden(CodedError):
    """The caller is known and may not."""

    def __init__(self, message: str = "not allowed for this caller") -> None:
        super().__init__(FORBIDDEN, message)


class BadUserInput(CodedError):
    """An argument that is no rule of the domain but of the API: page size, cursor, id."""

    def __init__(self, message: str, argument: str | None = None) -> None:
        super().__init__(BAD_USER_INPUT, message if argument is None else f"{argument}: {message}")


def format_error(error: GraphQLError) -> GraphQLFormattedError:
    """The error as the client may see it. A fault of ours becomes its code and an id that the log also carries."""
    original = error.original_error
    if isinstance(original, BadPage):
        return _coded(error, BAD_USER_INPUT, f"{original.argument}: {original}")
    coded = error if "code" in (error.extensions or {}) else original
    if isinstance(coded, GraphQLError):
        code = (coded.extensions or {}).get("code", BAD_USER_INPUT)
        return _coded(error, code, coded.message, {**(coded.extensions or {})})
    if original is None:
        return _coded(error, _client_fault(error), error.message)
    return _fault(error, original)


def _client_fault(error: GraphQLError) -> str:
    if error.message.endswith("tokens. Parsing aborted."):
        return QUERY_TOO_COMPLEX
    if error.message.startswith("Syntax Error"):
        return GRAPHQL_PARSE_FAILED
    if error.path is None and error.message.startswith("Variable "):
        return BAD_USER_INPUT
    return GRAPHQL_VALIDATION_FAILED


def _fault(error: GraphQLError, original: Exception) -> GraphQLFormattedError:
    fault_id = random_id(12)
    unavailable = is_unavailable(original) or isinstance(original, SubgraphUnavailable)
    log.error(
        "field failed",
        id=fault_id,
        path=list(error.path or ()),
        error=type(original).__name__,
        exc_info=None if unavailable else original,
    )
    if unavailable:
        return _coded(error, UNAVAILABLE, "the data is out of reach for the moment", {"id": fault_id})
    return _coded(error, INTERNAL, "an internal error occurred", {"id": fault_id})


def _coded(
    error: GraphQLError, code: str, message: str, extensions: dict[str, Any] | None = None
) -> GraphQLFormattedError:
    formatted: GraphQLFormattedError = {
        "message": message,
        "extensions": {**(extensions or {}), "code": code},
    }
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    return formatted
