"""Finds the Apollo Router. `python -m router.binary` prints its path; status 3 when there is none to be had.

In this order, the first hit wins: APOLLO_ROUTER_BIN; the cache; APOLLO_ROUTER_ARCHIVE (a path or URL, for companies with a
mirror); the official release, verified by its published sums. Without any, the caller starts the stand-in gateway.
"""

import hashlib
import io
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import httpx

VERSION: Final = "2.17.0"
RELEASES: Final = "https://github.com/apollographql/router/releases/download"
MEMBER: Final = "dist/router"
TARGETS: Final = {
    ("Linux", "x86_64"): "x86_64-unknown-linux-gnu",
    ("Linux", "aarch64"): "aarch64-unknown-linux-gnu",
    ("Darwin", "arm64"): "aarch64-apple-darwin",
    ("Darwin", "x86_64"): "x86_64-apple-darwin",
}
_TIMEOUT: Final = httpx.Timeout(60, connect=5)

NOTICE: Final = f"""\
The Apollo Router {VERSION} could not be had, so the stand-in gateway runs in its place: the same supergraph and the same
answers, but neither the router's speed nor its limits. To run the real one, set APOLLO_ROUTER_BIN to the path of a router
{VERSION}, or APOLLO_ROUTER_ARCHIVE to the path or URL of a release's archive, or build it once with `make router`."""

Say = Callable[[str], None]


class RouterUnusable(Exception):
    """What was named is no Apollo Router of the pinned version."""


def find_router(environ: Mapping[str, str], say: Say, *, releases: str = RELEASES) -> Path | None:
    """The router's path, or None when there is none to be had; `say` is told each step.

    Raises RouterUnusable when APOLLO_ROUTER_BIN or APOLLO_ROUTER_ARCHIVE names what cannot be used.
    """
    named = environ.get("APOLLO_ROUTER_BIN")
    if named:
        say(f"router: APOLLO_ROUTER_BIN is {named}")
        return _checked(Path(named))
    cached = cache_path(environ)
    if cached.exists():
        say("router: found in the cache")
        return _checked(cached)
    archive = environ.get("APOLLO_ROUTER_ARCHIVE")
    if archive:
        say(f"router: unpacking APOLLO_ROUTER_ARCHIVE {archive}")
        try:
            content = _fetch(archive)
        except (OSError, httpx.HTTPError) as error:
            raise RouterUnusable(f"APOLLO_ROUTER_ARCHIVE {archive} cannot be read: {error}") from None
        return _install(content, cached)
    target = TARGETS.get((platform.system(), platform.machine()))
    if target is None:
        say(f"router: there is no release for {platform.system()} {platform.machine()}")
        return None
    content_or_none = _official(f"{releases}/v{VERSION}", f"router-v{VERSION}-{target}.tar.gz", say)
    return None if content_or_none is None else _install(content_or_none, cached)


def cache_path(environ: Mapping[str, str]) -> Path:
    """Where a router is kept between starts."""
    home = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME") or Path.home()) / ".cache")
    return Path(home) / "laurel" / "apollo-router" / VERSION / "router"


def _official(folder: str, name: str, say: Say) -> bytes | None:
    say(f"router: downloading {name} {VERSION} from its official release")
    try:
        sums = _fetch(f"{folder}/sha256sums.txt").decode()
        content = _fetch(f"{folder}/{name}")
    except (OSError, httpx.HTTPError) as error:
        say(f"router: the download was not possible ({type(error).__name__})")
        return None
    listed = {line.split()[-1].lstrip("*"): line.split()[0] for line in sums.splitlines() if len(line.split()) == 2}
    if listed.get(name) != hashlib.sha256(content).hexdigest():
        raise RouterUnusable(f"{name} does not have the sum that its release lists; nothing was unpacked")
    return content


def _fetch(place: str) -> bytes:
    if place.startswith(("http://", "https://")):
        response = httpx.get(place, timeout=_TIMEOUT, follow_redirects=True)
        response.raise_for_status()
        return response.content
    return Path(place.removeprefix("file://")).read_bytes()


def _install(archive: bytes, place: Path) -> Path:
    """Takes just the router out of the archive and puts it in its place in one step."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            member = tar.getmember(MEMBER)
            source = tar.extractfile(member) if member.isreg() else None
            content = source.read() if source is not None else None
    except (tarfile.TarError, KeyError, EOFError, OSError) as error:
        raise RouterUnusable(f"the archive holds no {MEMBER}: {error}") from None
    if content is None:
        raise RouterUnusable(f"the archive holds no {MEMBER}")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as draft:
        draft.write(content)
    made = Path(draft.name)
    made.chmod(0o755)
    try:
        _checked(made)
    except RouterUnusable:
        made.unlink()
        raise
    made.replace(place)
    return place


def _checked(binary: Path) -> Path:
    try:
        result = subprocess.run(  # noqa: S603 - what the user named
            [str(binary), "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RouterUnusable(f"{binary} cannot be run: {error}") from None
    version = result.stdout.strip().split(" ")[-1]
    if result.returncode != 0 or version != VERSION:
        raise RouterUnusable(f"{binary} is not the Apollo Router {VERSION}: it says {result.stdout.strip()!r}")
    return binary


def main() -> int:
    """Runs the command; returns its exit status where it has one."""
    try:
        found = find_router(os.environ, lambda line: print(line, file=sys.stderr))
    except RouterUnusable as error:
        print(error, file=sys.stderr)
        return 1
    if found is None:
        print(NOTICE, file=sys.stderr)
        return 3
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
