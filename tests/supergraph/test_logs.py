"""What the processes wrote while the tests ran: structured, traced, and without a secret."""

import json
import secrets

from tests.fixtures.graph import Graph
from tests.fixtures.leaks import PASSWORDS, leaks


async def test_no_log_carries_a_token_a_password_or_an_address(graph: Graph) -> None:
    session = await graph.registered()
    await graph.run("web/Me", token=session["accessToken"])
    await graph.run("mobile/RefreshSession", {"refreshToken": session["refreshToken"]})
    for name in ("users", "events", "rewards", "worker", "router"):
        text = graph.stack.log(name)
        assert text
        assert leaks(text, PASSWORDS) == [], name
        assert session["refreshToken"] not in text


async def test_a_line_of_an_operation_carries_its_name_and_the_trace_s_id(graph: Graph) -> None:
    trace_id = secrets.token_hex(16)
    session = await graph.registered()
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    query = "query Traced { me { id wallet { balance } } }"
    await graph(query, token=session["accessToken"], headers=headers)
    for name in ("users", "rewards"):
        lines = [json.loads(line) for line in graph.stack.log(name).splitlines() if trace_id in line]
        done = [line for line in lines if line["event"] == "operation done"]
        assert done, name
        assert done[0]["operation"].startswith("Traced")
        assert (done[0]["kind"], done[0]["errors"]) == ("query", 0)
