"""The schema's documentation as one file that needs no server: `python -m deploy.generate.schema_page` (`make docs`)."""

import shutil
import sys
from pathlib import Path
from typing import Final

from router.explorer.build import DOCS, build_pages
from router.node import ensure_node_modules

PAGE: Final = Path(__file__).resolve().parents[2] / "artifacts" / "schema.html"


def main() -> int:
    """Writes the page and says where; gives the exit status."""
    ensure_node_modules(print)
    build_pages()
    PAGE.parent.mkdir(exist_ok=True)
    shutil.copyfile(DOCS, PAGE)
    print(f"wrote artifacts/{PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
