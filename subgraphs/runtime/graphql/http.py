"""GraphQL over HTTP for one subgraph."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from cross_web import HTTPException, StarletteRequestAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from strawberry.fastapi import GraphQLRouter
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult
from strawberry.types.unset import UNSET

from subgraphs.runtime.error_codes import INVALID_GRAPHQL_REQUEST, QUERY_TOO_COMPLEX
from subgraphs.runtime.graphql.complexity import TooComplex, body_fault
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.graphql.errors import format_error
from subgraphs.runtime.graphql.media_types import JSON, chosen_media, status_of
from subgraphs.runtime.graphql.schema import FederatedSchema

ContextMaker = Callable[[Request], Awaitable[RequestContext]]

# Twice what the router lets in: what it adds is a query plan's.
MAX_BODY_BYTES: Final = 2 * 1_048_576
BODY_SECONDS: Final = 10.0

_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def _is_text(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


class BoundedRequest(StarletteRequestAdapter):
    """A request whose body is read only so far and so long."""

    async def get_body(self) -> bytes:
        """The body. Raises HTTPException for one that is too large or does not come."""
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for part in self._request.stream():
                    body += part
                    if len(body) > MAX_BODY_BYTES:
                        raise HTTPException(413, "The body is too large")
        except TimeoutError:
            raise HTTPException(408, "The body did not come in time") from None
        return bytes(body)


class GraphQLEndpoint(GraphQLRouter[Any, None]):
    """`/graphql` by POST, and by GET for queries. No page for browsers: explorers stand at the router."""

    def __init__(self, schema: FederatedSchema, make_context: ContextMaker) -> None:
        async def context(request: Request) -> RequestContext:
            made = await make_context(request)
            request.state.context = made
            return made

        self.request_adapter_class = BoundedRequest
        super().__init__(
            schema,
            path="/graphql",
            graphql_ide=None,
            context_getter=context,
            subscription_protocols=(),
            include_in_schema=False,
        )

    async def run(self, request: Any, context: Any = UNSET, root_value: Any = UNSET) -> Any:
        """The response. A request that is none of GraphQL is refused in GraphQL's shape."""
        try:
            return await super().run(request, context, root_value)
        except HTTPException as error:
            status = 415 if error.reason == "Unsupported content type" else error.status_code
            return _refusal(request, status, INVALID_GRAPHQL_REQUEST, error.reason)
        except TooComplex as error:
            # The router passes on a refusal as it is only from an answer of status 200.
            return _refusal(request, 200, QUERY_TOO_COMPLEX, error.message)

    async def get_sub_response(self, request: Request) -> Response:
        # The library keeps one response for all requests under way; ours is the request's own.
        """Returns the response that this request's result will be written into."""
        response = Response(media_type=chosen_media(request.headers.get("accept")))
        del response.headers["content-length"]
        request.state.response = response
        return response

    def parse_json(self, data: str | bytes) -> Any:
        """The body's JSON. Half a surrogate pair is no text, and no store would take it. Raises TooComplex."""
        raw = data.encode() if isinstance(data, str) else data
        fault = body_fault(raw)
        if fault is not None:
            raise fault
        parsed = super().parse_json(data)
        # A parameter may be null, a body may not.
        is_absent = parsed is None and isinstance(data, str)
        if not isinstance(parsed, dict | list) and not is_absent:
            raise HTTPException(400, "The body is no JSON object")
        if _SURROGATE.search(raw) and not _is_text(parsed):
            raise HTTPException(400, "The body holds a lone surrogate")
        return parsed

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The response's body, with each error as the client may see it."""
        request.state.response.headers["cache-control"] = request.state.context.cache_control
        if not result.errors:
            return {"data": result.data}
        errors: list[object] = [format_error(error) for error in result.errors]
        # What was never executed has no data, not even null.
        if result.data is None and all(error.path is None for error in result.errors):
            return {"errors": errors}
        return {"data": result.data, "errors": errors}

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """The response in the format that the client chose."""
        media = sub_response.media_type or JSON
        del sub_response.headers["content-type"]
        sub_response.status_code = status_of(response_data, media)
        response = super().create_response(response_data, sub_response)
        response.headers["content-type"] = f"{media}; charset=utf-8"
        return response


def _refusal(request: Request, status: int, code: str, message: str) -> Response:
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status, media_type=f"{chosen_media(request.headers.get('accept'))}; charset=utf-8")
