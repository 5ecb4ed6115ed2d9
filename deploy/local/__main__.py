"""`python -m deploy.local run | reset | seed | service-token`."""

import argparse
import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from deploy.local.banner import banner
from deploy.local.ports import PortsTaken, ports_from
from deploy.local.seed import DEMO_LOGINS
from deploy.local.stack import ROOT, Options, Stack, seed
from deploy.local.stores import BinaryMissing
from deploy.local.supervisor import StartFailed
from router.binary import RouterUnusable
from router.node import NodeMissing


class AlreadyRunning(Exception):
    """Another stack uses the data folder."""


def lock(data: Path) -> IO[str]:
    """Holds the data folder for this process, until the file is closed. Raises AlreadyRunning."""
    data.mkdir(parents=True, exist_ok=True)
    file = (data / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        raise AlreadyRunning(f"the stack runs already (process {file.read().strip() or 'unknown'})") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def data_folder() -> Path:
    """Where the stack keeps its data: DATA_FOLDER, or `.data` beside the code."""
    return Path(os.environ.get("DATA_FOLDER") or ROOT / ".data")


def make_stack() -> Stack:
    """The stack as the environment describes it."""
    return Stack(Options(ports_from(os.environ), data_folder(), dict(os.environ)), lambda line: print(line, flush=True))


async def run() -> int:
    """Runs the stack until SIGINT or SIGTERM."""
    started = time.monotonic()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stack = make_stack()
    stack.check_ports()
    starting = asyncio.create_task(stack.start())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            print(banner(stack, DEMO_LOGINS, time.monotonic() - started), flush=True)
            await stopping
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        print("stopping", flush=True)
        await stack.stop()
        print(f"stopped; the data stays in {stack.options.data}", flush=True)
    return 0


def reset() -> int:
    """Empties the data folder."""
    data = data_folder()
    with lock(data):
        shutil.rmtree(data)
    print(f"emptied {data}")
    return 0


def main(arguments: list[str]) -> int:
    """Gives the exit status: 2 when something that the start needs is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description="The whole stack on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start everything; ctrl-C ends it")
    commands.add_parser("reset", help="empty the data folder")
    commands.add_parser("service-token", help="print a trusted service's token").add_argument("--name", default="shop")
    seeding = commands.add_parser("seed", help="fill the running stack with a large set")
    seeding.add_argument("--users", type=int, default=10_000)
    seeding.add_argument("--events", type=int, default=1_000)
    chosen = parser.parse_args(arguments)
    try:
        match chosen.command:
            case "run":
                with lock(data_folder()):
                    return asyncio.run(run())
            case "reset":
                return reset()
            case "service-token":
                print(make_stack().service_token(chosen.name))
                return 0
            case _:
                return seed(make_stack(), ["--users", str(chosen.users), "--events", str(chosen.events)])
    except (AlreadyRunning, PortsTaken, StartFailed, BinaryMissing, RouterUnusable, NodeMissing, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print(f"{error.cmd[0]} ended with status {error.returncode}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
