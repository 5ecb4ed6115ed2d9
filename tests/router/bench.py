"""What the look-up of a persisted query costs: `python -m tests.router.bench`.

Starts the router with 10 and with 1,000 operations in turn, and asks for one of them by GET over several connections; the
same operation as text by POST stands beside it.
"""

import http.client
import json
import os
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from router.binary import find_router
from tests.router.running import Running, running_router
from tests.router.test_manifest import digest, many

CONNECTIONS = 8
SECONDS = 5.0
HEADERS = {"apollo-require-preflight": "1", "content-type": "application/json"}


def per_second(router: Running, method: str, path: str, body: str | None = None) -> float:
    """How many answers of 200 came back each second; the client here is the slower part."""
    counts = [0] * CONNECTIONS
    end = time.monotonic() + SECONDS

    def ask(index: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(router.url).netloc, timeout=10)
        while time.monotonic() < end:
            connection.request(method, path, body, HEADERS)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(text.decode())
            counts[index] += 1
        connection.close()

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def main() -> None:
    binary = find_router(os.environ, print)
    if binary is None:
        raise SystemExit("the Apollo Router could not be had")
    for count in (10, 1000):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            manifests = many(folder / "manifests", count, body="{ __typename }")
            urls = dict.fromkeys(("users", "events", "rewards"), "http://127.0.0.1:9/")
            text = f"# {count - 1}\n{{ __typename }}"
            with running_router(binary, urls, folder, manifests=manifests) as router:
                get = per_second(router, "GET", f"/graphql?documentId={digest(text)}")
                post = per_second(router, "POST", "/graphql", json.dumps({"query": text}))
            print(
                f"{count:5} operations: ready after {router.seconds:.2f} s; {get:,.0f} GETs/s by id, {post:,.0f} POSTs/s"
            )


if __name__ == "__main__":
    main()
