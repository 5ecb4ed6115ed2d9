"""`make run` and its kin: ports that are taken, stores that do not start, secrets that stay, ends that are clean."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from deploy.local.ports import Ports, PortsTaken, check_free, free_ports, ports_from
from deploy.local.secrets import kept_secrets
from deploy.local.stores import mongod
from deploy.local.supervisor import StartFailed, Supervisor
from tests.stack import LocalStack

ROOT = Path(__file__).parents[2]
PORT_NAMES = ("ROUTER", "USERS", "EVENTS", "REWARDS", "WORKER", "EXPLORER", "ROUTER_HEALTH", "ROUTER_METRICS")


def command(*arguments: str, data: Path, **environ: str) -> "subprocess.Popen[str]":
    """`python -m deploy.local` with data of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.local", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATA_FOLDER": str(data), "PYTHONUNBUFFERED": "1", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def chosen_ports() -> dict[str, str]:
    ports = free_ports()
    names = [*PORT_NAMES, "MONGO", "REDIS"]
    return {f"{name}_PORT": str(getattr(ports, name.lower())) for name in names}


def test_a_taken_port_is_told_with_whose_it_is_and_how_to_choose_another_and_nothing_starts(tmp_path: Path) -> None:
    environ = chosen_ports()
    with socket.socket() as first, socket.socket() as second:
        for taken, name in ((first, "EVENTS_PORT"), (second, "REDIS_PORT")):
            taken.bind(("127.0.0.1", int(environ[name])))
            taken.listen()
        started = command("run", data=tmp_path, **environ)
        output, _ = started.communicate(timeout=60)
    assert started.returncode == 2
    assert f"port {environ['EVENTS_PORT']} for events is taken by process {os.getpid()}" in output
    assert "set REDIS_PORT" in output
    assert not (tmp_path / "log").exists()


def test_ports_come_from_the_environment_and_nonsense_is_refused() -> None:
    assert ports_from({"ROUTER_PORT": "5000"}) == Ports(router=5000)
    for text in ("", "0", "65536", "http", "-1"):
        with pytest.raises(ValueError, match="USERS_PORT"):
            ports_from({"USERS_PORT": text})


def test_free_ports_are_free_and_distinct() -> None:
    ports = free_ports()
    check_free(ports, ["router", "mongo"])
    assert len({ports.router, ports.users, ports.mongo, ports.redis}) == 4
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.users))
        taken.listen()
        with pytest.raises(PortsTaken, match="users"):
            check_free(ports, ["users"])


async def test_a_mongod_that_does_not_start_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    data = tmp_path / "mongo"
    # Where the lock file belongs there is a folder.
    (data / "mongod.lock").mkdir(parents=True)
    supervisor = Supervisor(tmp_path / "log", print)
    with pytest.raises(StartFailed, match="mongod ended with status") as failure:
        await supervisor.start([mongod(free_ports().mongo, data, os.environ)])
    assert len(str(failure.value).splitlines()) > 3
    await supervisor.stop()


def test_secrets_are_random_kept_and_their_owner_s_alone(tmp_path: Path) -> None:
    first = kept_secrets(tmp_path / "secrets")
    assert kept_secrets(tmp_path / "secrets") == first
    assert kept_secrets(tmp_path / "others") != first
    assert len(first.router_secret) >= 32
    assert first.router_secret != first.cursor_secret
    for file in (tmp_path / "secrets").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


def test_the_makefile_s_help_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    declared = set(re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)[0].split())
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"make ([a-z-]+)", shown)) == declared


def wait_for(process: "subprocess.Popen[str]", text: str, seconds: float = 90) -> str:
    output = ""
    assert process.stdout is not None
    deadline = time.monotonic() + seconds
    while text not in output:
        line = process.stdout.readline()
        assert line, f"it ended without saying {text!r}:\n{output}"
        assert time.monotonic() < deadline, output
        output += line
    return output


def test_ctrl_c_ends_every_process_also_after_a_crash_and_the_data_stays(tmp_path: Path, stack: LocalStack) -> None:
    environ: dict[str, Any] = {**chosen_ports(), "MONGO_URL": stack.mongo_url, "REDIS_URL": stack.redis_url}
    first = command("run", data=tmp_path, **environ)
    try:
        output = wait_for(first, "ctrl-C ends everything")
        for expected in ("GraphiQL", "operator@example.com", "curl -s"):
            assert expected in output
        example = output[output.index("curl -s") :].split("\n\n")[0]
        answer = subprocess.run(["bash", "-c", example], capture_output=True, text=True, check=True).stdout
        assert '"ACTIVE"' in answer
        refused = command("reset", data=tmp_path)
        said, _ = refused.communicate(timeout=30)
        assert refused.returncode == 2
        assert f"the stack runs already (process {first.pid})" in said
        children = psutil.Process(first.pid).children(recursive=True)
        victim = next(child for child in children if "subgraphs.events.app" in " ".join(child.cmdline()))
        victim.kill()
        wait_for(first, "events is back")
        children += psutil.Process(first.pid).children(recursive=True)
    finally:
        first.send_signal(signal.SIGINT)
    output, _ = first.communicate(timeout=60)
    assert first.returncode == 0
    assert f"the data stays in {tmp_path}" in output
    assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{environ['ROUTER_PORT']}/graphql")
    assert (tmp_path / "secrets").is_dir()
    emptied = command("reset", data=tmp_path)
    emptied.communicate(timeout=30)
    assert emptied.returncode == 0
    assert not tmp_path.exists()


async def test_the_seed_makes_events_of_every_status_and_wallets_that_agree_with_stocks(stack: LocalStack) -> None:
    from motor.motor_asyncio import AsyncIOMotorClient

    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(stack.mongo_url)
    lifecycles = await client["events"]["events"].distinct("lifecycle", {"_id": {"$regex": "^evdemo"}})
    assert set(lifecycles) == {"DRAFT", "PUBLISHED", "PAUSED", "ENDED", "ARCHIVED"}
    demo = {"_id": {"$regex": "^evdemo"}}
    assert await client["rewards"]["stock"].count_documents(demo) == await client["rewards"]["offers"].count_documents(
        demo
    )
    async for stock in client["rewards"]["stock"].find({**demo, "total": {"$ne": None}}):
        assert stock["total"] == stock["remaining"] + stock["reserved"] + stock["issued"]
    by_user: list[dict[str, Any]] = [
        {"$match": {"userId": {"$regex": "demo"}}},
        {"$group": {"_id": "$userId", "sum": {"$sum": "$points"}}},
    ]
    sums = {row["_id"]: row["sum"] async for row in client["rewards"]["ledger"].aggregate(by_user)}
    assert len(sums) == 30
    for user_id, total in sums.items():
        last = await client["rewards"]["ledger"].find_one({"userId": user_id}, sort=[("seq", -1)])
        assert last is not None
        assert last["balanceAfter"] == total
    assert await client["events"]["activities"].count_documents({"userId": {"$regex": "demo"}, "source": "seed"}) == 680
    client.close()


def test_a_large_set_is_filled_in_bulk_with_a_rate_and_again_changes_nothing(
    stack: LocalStack, database_name: str
) -> None:
    names = {f"{name}_DATABASE": f"{database_name}_{name.lower()}" for name in ("USERS", "EVENTS", "REWARDS")}
    environ = {**os.environ, "MONGO_URL": stack.mongo_url, **names}
    for _ in range(2):
        result = subprocess.run(
            [sys.executable, "-m", "deploy.local.seed", "--users", "300", "--events", "20"],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        assert re.search(r"300 users and 20 events: [\d,]+ documents/s", result.stdout)
    import pymongo

    with pymongo.MongoClient[dict[str, Any]](stack.mongo_url) as client:
        users = client[names["USERS_DATABASE"]]["users"]
        assert users.count_documents({"_id": {"$regex": "bulk"}}) == 300
        events = client[names["EVENTS_DATABASE"]]["events"]
        assert events.count_documents({"_id": {"$regex": "bulk"}}) == 20
        for name in names.values():
            client.drop_database(name)
