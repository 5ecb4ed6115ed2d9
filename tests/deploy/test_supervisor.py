"""The supervisor with real, tiny processes: ready in turn, restarted and said so, ended in every case."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from deploy.local.supervisor import Process, StartFailed, Supervisor

ROOT = Path(__file__).parents[2]
FOREVER = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text('up'); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + FOREVER


def process(folder: Path, name: str = "child", code: str = FOREVER, *, grace: float = 5) -> Process:
    """A process that is ready once its file is there."""
    mark = folder / f"{name}.mark"

    async def ready() -> bool:
        return mark.exists()

    command = [sys.executable, "-c", code, str(mark)]
    return Process(name, command, os.environ, ready, ready_seconds=20, grace_seconds=grace)


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        await asyncio.sleep(0.05)


async def test_a_process_that_crashes_is_started_again_and_said(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path / "log", said.append)
    await supervisor.start([process(tmp_path)])
    first = supervisor.pid_of("child")
    os.kill(first, signal.SIGKILL)
    await until(lambda: any("child is back" in line for line in said))
    assert supervisor.pid_of("child") != first
    assert "child ended with status -9" in said[0]
    second = supervisor.pid_of("child")
    await supervisor.stop()
    assert not psutil.pid_exists(second)


async def test_a_process_that_ends_at_its_start_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path / "log", print)
    with pytest.raises(StartFailed, match=r"(?s)child ended with status 3.*what went wrong"):
        await supervisor.start([process(tmp_path, code="print('what went wrong', flush=True); raise SystemExit(3)")])
    await supervisor.stop()


async def test_a_process_that_does_not_listen_is_killed_after_its_grace(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path / "log", print)
    await supervisor.start([process(tmp_path, code=DEAF, grace=0.3)])
    pid = supervisor.pid_of("child")
    await supervisor.stop()
    assert not psutil.pid_exists(pid)


SUPERVISING = """
import asyncio, pathlib, sys
from deploy.local.supervisor import Supervisor
from tests.deploy.test_supervisor import process
async def main():
    folder = pathlib.Path(sys.argv[1])
    supervisor = Supervisor(folder / "log", print)
    await supervisor.start([process(folder)])
    (folder / "pid").write_text(str(supervisor.pid_of("child")))
    await asyncio.sleep(600)
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
async def test_no_child_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SUPERVISING, str(tmp_path)]
    supervisor = await asyncio.to_thread(subprocess.Popen, command, env=environ)
    try:
        await until((tmp_path / "pid").exists)
        await until(lambda: bool((tmp_path / "pid").read_text()))
        child = int((tmp_path / "pid").read_text())
        assert psutil.pid_exists(child)
    finally:
        supervisor.kill()
        supervisor.wait()
    await until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)
