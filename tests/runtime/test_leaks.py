"""The search for secrets in the whole run's logs finds what is planted, and fails the run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from subgraphs.users.model.session import new_refresh_token, token_hash
from subgraphs.users.model.user import new_user_id
from tests.fixtures.issuer import Issuer
from tests.fixtures.leaks import PASSWORDS, leaks, note_passwords, secrets_below

ROOT = Path(__file__).parents[2]
USER = new_user_id("KR")
REFRESH_TOKEN = new_refresh_token(USER)
PLANTED = {
    "an access token": Issuer().token(USER),
    "a refresh token": REFRESH_TOKEN,
    "a hash": token_hash(REFRESH_TOKEN),
    "an address": "ann.lee+tag@mail.example.com",
}
INNOCENT = (
    f'{{"event": "operation done", "user": "{USER}", "request": "{USER}.{"r4" * 10}", "trace_id": "{"0a" * 16}", '
    '"at": "2026-03-02T12:00:00.000Z", "module": "@apollo/subgraph@2.14.4", "cursor": "AbCd_-", "version": "v2.17.0"}'
)


@pytest.mark.parametrize("kind", PLANTED)
def test_what_is_planted_is_found_by_its_kind_and_not_repeated_whole(kind: str) -> None:
    (leak,) = leaks(f'{{"event": "x", "detail": "before {PLANTED[kind]} after"}}')
    assert leak.startswith(f"{kind}: ")
    assert PLANTED[kind] not in leak


def test_a_password_s_hash_is_found() -> None:
    assert leaks("$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA") == ["a password's hash: $argon2…"]


def test_what_is_no_secret_is_let_be() -> None:
    assert leaks(INNOCENT) == []


def test_passwords_are_known_from_being_sent_and_processes_secrets_from_their_files(tmp_path: Path) -> None:
    before = set(PASSWORDS)
    try:
        note_passwords({"input": {"newPassword": "a planted password", "email": "x", "password": "short"}})
        assert PASSWORDS - before == {"a planted password"}
    finally:
        PASSWORDS.intersection_update(before)
    folder = tmp_path / "stack" / "secrets"
    folder.mkdir(parents=True)
    (folder / "router-secret").write_text("planted-router-secret")
    (folder / "signing-keys.json").write_text(json.dumps({"keys": [{"kid": "k", "d": "planted-private-part"}]}))
    known = secrets_below(tmp_path)
    assert known == {"planted-router-secret", "planted-private-part"}
    assert leaks("with planted-private-part in it", known) == ["a known secret: plan…"]


PRINTED = """
import logging

def test_prints():
    print("to ann@example.com")

def test_logs():
    logging.getLogger("x").warning("to ann@example.com")

def test_runs_a_process(tmp_path):
    (tmp_path / "users.log").write_text("to ann@example.com")
"""
CLEAN = """
def test_prints():
    print("to nobody")
"""


@pytest.mark.parametrize("processes", ["0", pytest.param("2", marks=pytest.mark.servers)])
@pytest.mark.parametrize(("source", "places"), [(PRINTED, 3), (CLEAN, 0)], ids=["planted", "clean"])
def test_a_run_fails_by_secrets_in_what_it_wrote_and_by_nothing_else(
    tmp_path: Path, source: str, places: int, processes: str
) -> None:
    test = tmp_path / "test_planted.py"
    test.write_text(source)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.fixtures.leak_check",
        "-p",
        "no:cacheprovider",
        "-n",
        processes,
    ]
    result = subprocess.run(
        [*command, "--rootdir", str(tmp_path), "--basetemp", str(tmp_path / "inner"), "-c", os.devnull, str(test)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    # What was planted here is no leak of the run that plants it.
    for log in (tmp_path / "inner").rglob("*.log"):
        log.unlink()
    assert " failed" not in result.stdout, result.stdout
    assert result.returncode == (1 if places else 0), result.stdout + result.stderr
    told = [line for line in result.stdout.splitlines() if line.endswith("an address: ann@example.…")]
    assert len(told) == places
    for where in ("Captured stdout call", "Captured log call", "users.log")[:places]:
        assert any(where in line for line in told), where
