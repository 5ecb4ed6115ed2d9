"""The door of a subgraph: only the router and trusted services are answered, and a bad token is refused, not ignored."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from subgraphs.runtime.auth.identity import (
    ANONYMOUS,
    ROUTER_SECRET_HEADER,
    InvalidToken,
    KeysUnavailable,
    TokenVerifier,
    secrets_match,
)
from subgraphs.runtime.auth.revocations import Revocations
from subgraphs.runtime.error_codes import FORBIDDEN, UNAUTHENTICATED, UNAVAILABLE


class AuthMiddleware:
    """Guards one path. What passes carries its identity in the request's state."""

    def __init__(
        self, app: ASGIApp, *, path: str, router_secret: str, verifier: TokenVerifier, revocations: Revocations
    ) -> None:
        self._app = app
        self._path = path
        self._router_secret = router_secret
        self._verifier = verifier
        self._revocations = revocations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection, as ASGI has it."""
        if scope["type"] != "http" or scope["path"].rstrip("/") != self._path:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        secret = headers.get(ROUTER_SECRET_HEADER.encode())
        from_router = secrets_match(None if secret is None else secret.decode("latin-1"), self._router_secret)
        authorization = headers.get(b"authorization")
        refusal = None
        identity = ANONYMOUS
        try:
            identity = self._revocations.current_identity(
                await self._verifier.identify(None if authorization is None else authorization.decode("latin-1"))
            )
        except InvalidToken as error:
            # The router passes on a refusal as it is only from an answer of status 200.
            refusal = _refusal(200 if from_router else 401, UNAUTHENTICATED, str(error))
        except KeysUnavailable:
            message = "access tokens cannot be verified for the moment"
            refusal = _refusal(200 if from_router else 503, UNAVAILABLE, message)
        if not from_router and not identity.is_service and refusal is None:
            refusal = _refusal(403, FORBIDDEN, "only the router and trusted services are answered here")
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        scope.setdefault("state", {})["identity"] = identity
        await self._app(scope, receive, send)


def _refusal(status: int, code: str, message: str) -> JSONResponse:
    """A response of GraphQL's shape for a request that never reaches execution."""
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status_code=status)
