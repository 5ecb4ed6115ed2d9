"""Child processes that do not outlive us, however we end."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def _die_with_parent() -> None:
    # Runs in the child before exec: the kernel ends it when its parent's thread is gone. Linux only.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start_child(command: Sequence[str], environ: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Starts a process in a group of its own, so that ctrl-C at the terminal reaches it only through us."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own commands
            list(command),
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )


async def stop_child(process: "subprocess.Popen[bytes]", grace_seconds: float) -> None:
    """SIGTERM, and SIGKILL to the whole group once the grace is over."""
    if process.poll() is None:
        process.terminate()
        loop = asyncio.get_running_loop()
        end = loop.time() + grace_seconds
        while process.poll() is None and loop.time() < end:  # noqa: ASYNC110 - a process sets no event
            await asyncio.sleep(0.05)
    kill_group(process)
    await asyncio.to_thread(process.wait)


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Ends the process and whatever it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        if process.poll() is None:
            process.kill()


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])
