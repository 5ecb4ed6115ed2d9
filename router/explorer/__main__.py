"""Serves the pages: `python -m router.explorer`.

Reads EXPLORER_PORT, ROUTER_URL, DEMO_LOGINS and DEVELOPER_KEY from the environment. The key goes to everybody who sees
the page.
"""

import json
import os
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from router.explorer.build import DOCS, PAGE
from router.explorer.examples import examples

_MARK: Final = "/*CONFIG*/"


def create_app(router_url: str, logins: list[dict[str, str]], developer_key: str = "") -> Starlette:
    """The page at `/`, told where the router is, which demo logins there are, and the key that passes the safelist.

    The schema's documentation at `/docs` and `/schema`.
    """
    config: dict[str, Any] = {
        "url": router_url,
        "logins": logins,
        "examples": examples(),
        "developerKey": developer_key,
    }
    text = json.dumps(config).replace("<", "\\u003c")
    page, documentation = PAGE.read_text().replace(_MARK, text, 1), DOCS.read_text()

    async def show(_: Request) -> HTMLResponse:
        return HTMLResponse(page, headers={"cache-control": "no-store"})

    async def show_docs(_: Request) -> HTMLResponse:
        return HTMLResponse(documentation, headers={"cache-control": "no-cache"})

    return Starlette(routes=[Route("/", show), Route("/docs", show_docs), Route("/schema", show_docs)])


def main() -> None:
    """Runs the command; returns its exit status where it has one."""
    logins = json.loads(os.environ.get("DEMO_LOGINS", "[]"))
    app = create_app(os.environ["ROUTER_URL"], logins, os.environ.get("DEVELOPER_KEY", ""))
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["EXPLORER_PORT"]), log_level="warning")


if __name__ == "__main__":
    main()
