"""What the process's clients of HTTPS trust, loaded once: it takes some ten milliseconds of the event loop."""

import functools
import ssl

import httpx


@functools.cache
def trusted() -> ssl.SSLContext:
    """The certificates that httpx trusts by itself, shared by the clients of a process: `AsyncClient(verify=trusted())`."""
    return httpx.create_ssl_context()
