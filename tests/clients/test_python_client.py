"""The example of a typed client in Python, run as its own words say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from examples.claim import Claimed, Laurel
from tests.fixtures.graph import Graph

EXAMPLE = Path(__file__).parents[2] / "examples" / "claim.py"


def test_it_runs_from_the_command_line(graph: Graph) -> None:
    login = graph.stack.demo_logins[0]
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), login.email, login.password],
        env={**os.environ, "GRAPHQL": graph.stack.router_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Claimed(request_id=" in done.stdout


async def test_it_pages_to_the_end_and_claims_and_tells_a_refusal(graph: Graph) -> None:
    api = Laurel(graph.stack.router_url)
    with pytest.raises(PermissionError):
        api.sign_in("nobody@example.com", "wrong password")
    email, password = f"{os.urandom(6).hex()}@example.com", "correct horse battery"
    wanted = {"email": email, "password": password, "displayName": "Ann"}
    user = (await graph.field("web/Register", {"input": wanted}))["session"]["user"]["id"]
    offer = await graph.offer((await graph.active_event())["id"])
    api.sign_in(email, password)
    ids = [event.id for event in api.active_events(page=3)]
    assert len(ids) == len(set(ids)) > 3
    assert api.claim(offer) == Claimed(None, "CONDITIONS_NOT_MET")
    await graph.did_quest(user)
    claimed = api.claim(offer)
    assert claimed.request_id is not None
    assert claimed.refusal is None
