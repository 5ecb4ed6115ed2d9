"""Tracing: each request has a trace id, from the router's `traceparent` header or new, in its log lines and its answer."""

import re
import secrets
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

_TRACEPARENT: Final = re.compile(r"^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")


def trace_id_of(traceparent: str | None) -> str:
    """The trace id of a W3C traceparent header; a new one when there is none or it is malformed."""
    match = _TRACEPARENT.match(traceparent or "")
    return match.group(1) if match else secrets.token_hex(16)


class Tracing:
    """Binds the trace id to the request's log lines and answers with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        trace_id = trace_id_of(headers.get(b"traceparent", b"").decode("latin-1"))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(trace_id=trace_id)

        async def send_with_id(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-trace-id", trace_id.encode())]
            await send(message)

        await self._app(scope, receive, send_with_id)
