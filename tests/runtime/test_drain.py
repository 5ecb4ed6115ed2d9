"""The end of a real process: first not ready, then done with what is under way, then gone."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from deploy.local.ports import free_ports
from subgraphs.users.issue_keys import issue

ROOT = Path(__file__).parents[2]


def test_sigterm_makes_it_unready_while_it_still_answers_and_then_it_ends(
    service_settings: dict[str, Any], tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    issue(keys, keep=0)
    port = free_ports().users
    environ = {name.upper(): str(value) for name, value in service_settings.items()}
    environ |= {"PORT": str(port), "SIGNING_KEYS_FILE": str(keys), "DRAIN_DELAY_SECONDS": "2"}
    url = f"http://127.0.0.1:{port}/health"
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "subgraphs.users.app"],
            env={**os.environ, **environ},
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                if httpx.get(f"{url}/ready").status_code == 200:
                    break
            except httpx.HTTPError:
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 10
        while (ready := httpx.get(f"{url}/ready")).status_code == 200:
            assert time.monotonic() < deadline
        assert (ready.status_code, ready.json()["status"]) == (503, "draining")
        assert httpx.get(f"{url}/live").status_code == 200
        process.wait(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["event"] for line in lines if line["logger"] == "service"] == ["started", "stopped"]
