"""A client that costs next to nothing: prepared HTTP requests over connections that stay open."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

_END_OF_HEAD: Final = b"\r\n\r\n"


def prepared(url: str, body: dict[str, Any], headers: dict[str, str]) -> bytes:
    """A POST of JSON, ready to be sent."""
    place = urlsplit(url)
    content = json.dumps(body).encode()
    lines = [
        f"POST {place.path} HTTP/1.1",
        f"host: {place.netloc}",
        "content-type: application/json",
        f"content-length: {len(content)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + _END_OF_HEAD + content


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    """The body of the answer. Raises RuntimeError unless its status is 200."""
    writer.write(request)
    head = await reader.readuntil(_END_OF_HEAD)
    length = next(
        int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    body = await reader.readexactly(length)
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(f"an answer that is none: {head[:100]!r} {body[:300]!r}")
    return body


async def send_all(
    url: str, requests: Sequence[bytes], *, at_once: int, seconds: float
) -> tuple[list[tuple[float, bytes]], float]:
    """Sends the requests, so many at once, until they or the time are used up.

    Each answer with the seconds it took, and the seconds of all together.
    """
    place = urlsplit(url)
    answers: list[tuple[float, bytes]] = []
    waiting = iter(requests)
    started = time.perf_counter()

    async def sender() -> None:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        for request in waiting:
            at = time.perf_counter()
            body = await exchange(reader, writer, request)
            answers.append((time.perf_counter() - at, body))
            if time.perf_counter() - started > seconds:
                break
        writer.close()

    await asyncio.gather(*(sender() for _ in range(at_once)))
    return answers, time.perf_counter() - started
