"""The commands of the documents, run as they stand; what they are said to print, they print."""

import os
import re
import subprocess
from pathlib import Path

from tests.stack import LocalStack

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCUMENTS = {
    path: path.read_text()
    for path in sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
}
EVERYTHING = "\n".join(DOCUMENTS.values())
# Each goes on where the one before ended.
STEPS = (("README.md", "First steps"), ("docs/api.md", "An operator's day"), ("docs/api.md", "An app's queries"))


def blocks(document: str, section: str) -> list[tuple[str, str]]:
    """The code blocks of a section, as (language, content)."""
    text = DOCUMENTS[ROOT / document].split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)


def as_pattern(line: str) -> str:
    """A printed line as a pattern, in which … stands for what differs from run to run."""
    return re.escape(line).replace("…", ".*")


def test_the_steps_print_what_the_readme_says(stack: LocalStack) -> None:
    found = [block for document, section in STEPS for block in blocks(document, section)]
    script = "\n".join(content for language, content in found if language == "sh")
    expected = [line for language, content in found if language == "text" for line in content.splitlines()]
    environ = {**os.environ, "GRAPHQL": stack.router_url, "DATA_FOLDER": str(stack.data)}
    environ.pop("TOKEN", None)
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    printed = [line for line in result.stdout.splitlines() if line]
    assert len(printed) == len(expected)
    for line, pattern in zip(printed, map(as_pattern, expected), strict=True):
        assert re.fullmatch(pattern, line), line


def test_make_run_prints_what_the_readme_says(stack: LocalStack) -> None:
    from deploy.local.banner import banner
    from deploy.local.ports import Ports
    from deploy.local.stack import Options, Stack

    default = Stack(Options(Ports(), stack.data, {}), print)
    text = banner(default, stack.demo_logins, 5.0)
    (shown,) = [content for language, content in blocks("README.md", "Two commands") if language == "text"]
    for line in shown.splitlines():
        assert re.search(as_pattern(line).rstrip(r"\ "), text), line


def test_every_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"`?make (?:-s )?([a-z][a-z-]+)", EVERYTHING)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_module_that_is_named_can_be_asked_for_help() -> None:
    modules = set(re.findall(r"python -m ([a-z_.]+)", EVERYTHING))
    assert len(modules) >= 3
    for module in modules:
        assert (ROOT / (module.replace(".", "/") + ".py")).exists(), module


def test_every_test_file_that_is_named_exists() -> None:
    for path in set(re.findall(r"tests/[\w/]+\.py", EVERYTHING)):
        assert (ROOT / path).exists(), path


def test_every_path_that_is_named_exists() -> None:
    named = set(
        re.findall(r"(?:subgraphs|dataloaders|deploy|router|schema|tests|docs|examples)/[\w/.-]+\.\w+", EVERYTHING)
    )
    assert len(named) > 40
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_every_link_leads_to_a_file() -> None:
    for path, text in DOCUMENTS.items():
        for target in re.findall(r"\]\((?!http)([^)#]+)", text):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_every_shell_block_is_valid() -> None:
    for path, text in DOCUMENTS.items():
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            result = subprocess.run(["bash", "-n", "-c", block], capture_output=True, text=True, check=False)
            assert result.returncode == 0, f"{path.name}: {result.stderr}"
