"""GraphQL over HTTP for one subgraph."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from strawberry.fastapi import GraphQLRouter
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.graphql.errors import format_error
from subgraphs.runtime.graphql.schema import FederatedSchema

ContextMaker = Callable[[Request], Awaitable[RequestContext]]


_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def _is_text(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


class GraphQLView(GraphQLRouter[Any, None]):
    """`/graphql` by POST, and by GET for queries. No page for browsers: explorers stand at the router."""

    def __init__(self, schema: FederatedSchema, make_context: ContextMaker) -> None:
        async def context(request: Request) -> RequestContext:
            made = await make_context(request)
            request.state.context = made
            return made

        super().__init__(
            schema,
            path="/graphql",
            graphql_ide=None,
            context_getter=context,
            subscription_protocols=(),
            include_in_schema=False,
        )

    async def get_sub_response(self, request: Request) -> Response:
        # The library keeps one response for all requests under way; ours is the request's own.
        response = Response()
        del response.headers["content-length"]
        request.state.response = response
        return response

    def parse_json(self, data: str | bytes) -> Any:
        """The body's JSON. Half a surrogate pair is no text, and no store would take it."""
        parsed = super().parse_json(data)
        raw = data.encode() if isinstance(data, str) else data
        if _SURROGATE.search(raw) and not _is_text(parsed):
            raise HTTPException(400, "The body holds a lone surrogate")
        return parsed

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The response's body, with each error as the client may see it."""
        request.state.response.headers["cache-control"] = request.state.context.cache_control
        data: GraphQLHTTPResponse = {"data": result.data}
        if result.errors:
            data["errors"] = [format_error(error) for error in result.errors]
        return data
