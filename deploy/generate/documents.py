"""Tables of docs/api.md that are made from the code: written, or checked for drift."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "api.md"


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between two marks of docs/api.md, and the module that makes it."""

    what: str
    module: str

    @property
    def begin(self) -> str:
        """The mark before the table."""
        return f"<!-- {self.what}: made by python -m {self.module} -->"

    @property
    def end(self) -> str:
        """The mark after the table."""
        return f"<!-- end of {self.what} -->"

    def put(self, text: str, table: str) -> str:
        """The document's text with this table in it."""
        before, rest = text.split(self.begin)
        _, after = rest.split(self.end)
        return f"{before}{self.begin}\n\n{table}\n\n{self.end}{after}"

    def main(self, table: str, arguments: Sequence[str], description: str | None) -> int:
        """Writes, or with `--check` fails on drift; gives the exit status."""
        parser = argparse.ArgumentParser(prog=f"python -m {self.module}", description=description)
        parser.add_argument("--check", action="store_true", help="write nothing; fail on drift")
        text = DOCUMENT.read_text()
        new = self.put(text, table)
        if parser.parse_args(arguments).check:
            if new != text:
                print(f"the table in docs/api.md of {self.what} is not what the code says: python -m {self.module}")
                return 1
            return 0
        DOCUMENT.write_text(new)
        return 0
