"""What the process's clients of HTTPS trust, loaded once: it takes some ten milliseconds of the event loop."""

import functools
import ssl

import httpx


@functools.cache
def tls_context() -> ssl.SSLContext:
    """The certificates that httpx trusts by itself, shared by the clients of a process.

    `AsyncClient(verify=tls_context())`.
    """
    return httpx.create_ssl_context()
