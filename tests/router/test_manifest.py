"""Manifests: made as Apollo's generator makes them, checked against the schema, kept side by side by version."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from router.command import MANIFESTS, SUPERGRAPH
from router.manifest.__main__ import OPERATIONS, run
from router.manifest.script import kept_operations, write_script
from router.node import node_binary
from tests.router.running import running_router

Manifests = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The supergraph, the operations and the manifests, to be spoilt."""
    shutil.copy(SUPERGRAPH, tmp_path / "supergraph.graphql")
    shutil.copytree(OPERATIONS, tmp_path / "operations")
    shutil.copytree(MANIFESTS, tmp_path / "manifests")
    return tmp_path


@pytest.fixture
def manifests(copy: Path) -> Manifests:
    """Runs the command on the copy."""

    def run_there(mode: str, *more: str) -> "subprocess.CompletedProcess[str]":
        return run(
            mode,
            *more,
            supergraph=copy / "supergraph.graphql",
            operations=copy / "operations",
            manifests=copy / "manifests",
        )

    return run_there


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def content(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in sorted(folder.rglob("*.json"))}


def by_apollo(packages: Path, operations: Path, folder: Path) -> dict[str, Any]:
    """What the generator from npm makes of the operations."""
    config, out = folder / "generator.json", folder / "generated.json"
    config.write_text(json.dumps({"documents": [f"{operations}/**/*.graphql"], "output": str(out)}))
    script = packages / "@apollo" / "generate-persisted-query-manifest" / "cli.js"
    subprocess.run([str(node_binary()), str(script), "--config", str(config)], check=True, capture_output=True)
    made: dict[str, Any] = json.loads(out.read_text())
    return made


@pytest.mark.parametrize("client", ["web", "mobile"])
def test_apollo_s_generator_makes_the_same_of_the_same_operations(
    client_packages: Path, client: str, tmp_path: Path
) -> None:
    assert json.loads((MANIFESTS / client / "next.json").read_text()) == by_apollo(
        client_packages, OPERATIONS / client, tmp_path
    )


def test_apollo_s_generator_agrees_on_fragments_of_other_files_and_names_that_are_hard_to_sort(
    client_packages: Path, copy: Path, manifests: Manifests, tmp_path: Path
) -> None:
    client = copy / "operations" / "tablet"
    client.mkdir()
    (client / "parts.graphql").write_text(
        "fragment Zed on Event { id offers { ...Alpha } }\n"
        "fragment Alpha on RewardOffer { id ... on RewardOffer @skip(if: false) { position } }\n"
    )
    (client / "b.graphql").write_text(
        'query b($x: String = "a \\" é\\n") { me { __typename id }\n'
        "  events(filter: {text: $x}) { edges { node { ...Zed } } } }"
    )
    (client / "B.graphql").write_text(
        "query B { other: me { ...Me } __typename }\n"
        "fragment Me on User { id ...Name } fragment Name on User { displayName }"
    )
    (client / "_a.graphql").write_text("query _a { me { wallet { ... { id } } } }")
    result = manifests("write")
    assert result.returncode == 0, result.stderr
    made = json.loads((copy / "manifests" / "tablet" / "next.json").read_text())
    assert made == by_apollo(client_packages, client, tmp_path)
    assert [operation["name"] for operation in made["operations"]] == ["B", "_a", "b"]


def test_the_committed_manifests_are_what_the_operations_make() -> None:
    result = run("check")
    assert result.returncode == 0, result.stderr


def test_an_operation_that_changed_without_its_manifest_fails_and_writes_nothing(
    copy: Path, manifests: Manifests
) -> None:
    before = content(copy / "manifests")
    spoil(copy / "operations" / "web" / "UserCard.graphql", "id displayName", "displayName id")
    result = manifests("check")
    assert (result.returncode, content(copy / "manifests")) == (1, before)
    assert "web/next.json" in result.stderr
    assert "make manifest" in result.stderr
    assert manifests("write").returncode == 0
    assert manifests("check").returncode == 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("query UserCard($id: ID!) { user(id: $id) { name } }", 'UserCard: Cannot query field "name" on type "User"'),
        ("query UserCard($id: Int!) { user(id: $id) { id } }", "UserCard: Variable"),
        ("query UserCard { me { ", "Syntax Error"),
        ("{ me { id } }", "the operation has no name"),
        ("query Me { me { id } }", "the operation Me stands in"),
        ("query UserCard { me { id } } query More { me { id } }", "one operation a file, not 2"),
        ("query UserCard { me { ...Nowhere } }", 'UserCard: Unknown fragment "Nowhere"'),
        ("query UserCard { _service { sdl } }", 'Cannot query field "_service"'),
        ("query UserCard { me { " + "id " * 20_000 + "} }", "characters of an address"),
    ],
)
def test_a_fault_names_the_file_and_what_is_wrong(copy: Path, manifests: Manifests, text: str, fault: str) -> None:
    before = content(copy / "manifests")
    (copy / "operations" / "web" / "UserCard.graphql").write_text(text)
    result = manifests("write")
    assert result.returncode == 1
    assert "web/UserCard.graphql" in result.stderr
    assert fault in result.stderr
    assert content(copy / "manifests") == before


def test_a_schema_that_breaks_a_released_operation_fails_and_names_the_versions_that_send_it(
    copy: Path, manifests: Manifests
) -> None:
    for client, version in (("mobile", "1.1.0"), ("mobile", "1.10.0"), ("web", "2.0.0")):
        assert manifests("release", f"{client}@{version}").returncode == 0
    spoil(copy / "supergraph.graphql", "balanceAfter: SafeInt!", "balanceThen: SafeInt!")
    spoil(copy / "operations" / "mobile" / "MyWallet.graphql", "balanceAfter", "balanceThen")
    assert manifests("write").returncode == 1
    result = manifests("check")
    assert result.returncode == 1
    wanted = (
        'MyWallet of mobile 1.0.0, mobile 1.1.0, mobile 1.10.0: Cannot query field "balanceAfter" on type "LedgerEntry"'
    )
    assert wanted in result.stderr, result.stderr


def test_a_release_keeps_the_operations_and_is_never_written_again(copy: Path, manifests: Manifests) -> None:
    released = copy / "manifests" / "mobile" / "2.0.0.json"
    assert manifests("release", "mobile@2.0.0").returncode == 0
    text = released.read_text()
    assert text == (copy / "manifests" / "mobile" / "next.json").read_text()
    assert manifests("release", "mobile@2.0.0").returncode == 0
    spoil(copy / "operations" / "mobile" / "OfferCard.graphql", "timezone", "timezone startsAt")
    refused = manifests("release", "mobile@2.0.0")
    assert (refused.returncode, released.read_text()) == (1, text)
    assert "stays as it is" in refused.stderr
    assert manifests("release", "mobile@2.1.0").returncode == 0
    assert manifests("check").returncode == 0


@pytest.mark.parametrize("named", ["mobile", "mobile@", "mobile@next", "nobody@1.0.0", "mobile@../x", "@1.0.0"])
def test_a_release_without_a_client_and_a_version_is_refused(copy: Path, manifests: Manifests, named: str) -> None:
    before = content(copy / "manifests")
    assert manifests("release", named).returncode == 1
    assert content(copy / "manifests") == before


def test_a_manifest_that_was_touched_by_hand_is_found_out(copy: Path, manifests: Manifests) -> None:
    spoil(copy / "manifests" / "mobile" / "1.0.0.json", "balanceAfter", "balance: balanceAfter")
    result = manifests("check")
    assert result.returncode == 1
    assert "mobile/1.0.0.json: MyWallet: the id is not the SHA-256 of the body" in result.stderr


def many(folder: Path, count: int) -> Path:
    """Manifests of that many operations, each as long as a real one."""
    texts = list(kept_operations(MANIFESTS).values())
    operations = [
        {"id": digest(text), "name": f"Q{number}", "type": "query", "body": text}
        for number in range(count)
        for text in [f"# {number}\n{texts[number % len(texts)]}"]
    ]
    (folder / "many").mkdir(parents=True)
    (folder / "many" / "1.0.0.json").write_text(json.dumps({"operations": operations}))
    return folder


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_router_starts_with_a_thousand_operations_and_answers_by_the_last(
    real_router: Path, tmp_path: Path
) -> None:
    manifests = many(tmp_path / "manifests", 1000)
    text = "{ __typename } # the last"
    last = {"id": digest(text), "name": "Last", "type": "query", "body": text}
    (manifests / "many" / "2.0.0.json").write_text(json.dumps({"operations": [last]}))
    assert (write_script(tmp_path / "shown", manifests) / "main.rhai").stat().st_size > 500_000
    urls = dict.fromkeys(("users", "events", "rewards"), "http://127.0.0.1:9/")
    with running_router(real_router, urls, tmp_path, manifests=manifests) as router:
        address = f"{router.url}?documentId={last['id']}"
        answer = httpx.get(address, headers={"apollo-require-preflight": "1"})
        assert answer.json() == {"data": {"__typename": "Query"}}
