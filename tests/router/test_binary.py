"""How the router is found: each place in its order, and what cannot be used is refused by name."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from router.binary import MEMBER, TARGETS, VERSION, RouterUnusable, cache_path, find_router

NAME = f"router-v{VERSION}-{TARGETS['Linux', 'x86_64']}.tar.gz"


def script(version: str = VERSION) -> bytes:
    return f"#!/bin/sh\necho {version}\n".encode()


def archive(content: bytes, member: str = MEMBER, *, link: str | None = None, mode: str = "w:gz") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as tar:  # type: ignore[call-overload]
        info = tarfile.TarInfo(member)
        info.size = len(content)
        if link is not None:
            info.type, info.linkname, info.size = tarfile.SYMTYPE, link, 0
        tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[str]:
    """A release's folder, served on this machine."""
    folder = tmp_path / "releases" / f"v{VERSION}"
    folder.mkdir(parents=True)
    packed = archive(script())
    (folder / NAME).write_bytes(packed)
    (folder / "sha256sums.txt").write_text(f"{hashlib.sha256(packed).hexdigest()}  {NAME}\n")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "releases"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_named_binary_comes_first(environ: dict[str, str], tmp_path: Path) -> None:
    binary = tmp_path / "mine"
    binary.write_bytes(script())
    binary.chmod(0o755)
    assert find_router({**environ, "APOLLO_ROUTER_BIN": str(binary)}, print) == binary


@pytest.mark.parametrize("content", [script("2.16.0"), b"not a program", None])
def test_a_named_binary_of_another_version_or_none_at_all_is_refused(
    environ: dict[str, str], tmp_path: Path, content: bytes | None
) -> None:
    binary = tmp_path / "mine"
    if content is not None:
        binary.write_bytes(content)
        binary.chmod(0o755)
    with pytest.raises(RouterUnusable, match="mine"):
        find_router({**environ, "APOLLO_ROUTER_BIN": str(binary)}, print)


@pytest.mark.parametrize("mode", ["w:gz", "w:xz"])
def test_an_archive_is_unpacked_into_the_cache_and_found_there_next_time(
    environ: dict[str, str], tmp_path: Path, mode: str
) -> None:
    packed = tmp_path / "router.tar"
    packed.write_bytes(archive(script(), mode=mode))
    said: list[str] = []
    found = find_router({**environ, "APOLLO_ROUTER_ARCHIVE": str(packed)}, said.append)
    assert found == cache_path(environ)
    packed.unlink()
    assert find_router(environ, said.append) == found
    assert said[-1] == "router: found in the cache"


@pytest.mark.parametrize(
    "packed",
    [
        b"no archive",
        archive(script(), member="../../router"),
        archive(script(), member="dist/other"),
        archive(b"", link="/bin/sh"),
        archive(script("1.0.0")),
    ],
    # Of their own: pytest would write out the bytes, which hold the time.
    ids=["no archive", "outside", "without a router", "a link", "another version"],
)
def test_an_archive_without_the_right_router_is_refused_and_leaves_nothing(
    environ: dict[str, str], tmp_path: Path, packed: bytes
) -> None:
    path = tmp_path / "router.tar.gz"
    path.write_bytes(packed)
    with pytest.raises(RouterUnusable):
        find_router({**environ, "APOLLO_ROUTER_ARCHIVE": str(path)}, print)
    assert not cache_path(environ).exists()
    left = list((tmp_path / "cache").rglob("*")) if (tmp_path / "cache").exists() else []
    assert [entry for entry in left if entry.is_file()] == []


def test_an_archive_that_is_not_there_is_refused(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(RouterUnusable, match="nowhere"):
        find_router({**environ, "APOLLO_ROUTER_ARCHIVE": str(tmp_path / "nowhere.tar.gz")}, print)


def test_the_official_release_is_verified_and_unpacked(environ: dict[str, str], releases: str) -> None:
    assert find_router(environ, print, releases=releases) == cache_path(environ)


def test_a_release_with_another_sum_is_refused_and_not_unpacked(
    environ: dict[str, str], releases: str, tmp_path: Path
) -> None:
    (tmp_path / "releases" / f"v{VERSION}" / NAME).write_bytes(archive(b"#!/bin/sh\necho tampered\n"))
    with pytest.raises(RouterUnusable, match="sum"):
        find_router(environ, print, releases=releases)
    assert not cache_path(environ).exists()


def test_without_a_way_to_the_release_there_is_none_and_it_is_said(environ: dict[str, str]) -> None:
    said: list[str] = []
    assert find_router(environ, said.append, releases="http://127.0.0.1:9") is None
    assert "not possible" in said[-1]


def test_a_machine_without_a_release_has_none(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert find_router(environ, print, releases="http://127.0.0.1:9") is None
