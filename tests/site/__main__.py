"""Write the pages and pictures of the site into a folder: ``python -m tests.site FOLDER``."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from tests.site import causes, commands, documents, releases, screens

SOURCE = documents.CHECKOUT / "docs" / "site" / "pages"
_SECTION = re.compile(r"^\{\{ README: (.+) \}\}$", re.MULTILINE)


def pages() -> dict[str, str]:
    """Return every page by its path. Raises ValueError if two have the same path."""
    found: dict[str, str] = {}
    parts = [part.pages() for part in (causes, commands, documents, releases, screens)]
    for part in (_written(), *parts):
        if both := found.keys() & part.keys():
            raise ValueError(f"two pages have one path: {', '.join(sorted(both))}")
        found.update(part)
    return found


def _written() -> dict[str, str]:
    """Return the pages that are written by hand, with the sections of README.md that they quote."""
    found = {}
    for file in sorted(SOURCE.rglob("*.md")):
        path = file.relative_to(SOURCE).as_posix()
        text = file.read_text(encoding="utf-8")
        found[path] = _SECTION.sub(lambda match, page=path: documents.section(match[1], page), text)  # type: ignore[misc]
    return found


def main(folder: Path) -> None:
    """Write everything; what was in the folder before is deleted if it is such a folder."""
    mark = folder / ".written-by-tests.site"
    if folder.exists():
        if not mark.exists():
            sys.exit(f"{folder} is not a folder of pages: choose another one")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    mark.touch()
    for path, text in pages().items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    shutil.copytree(screens.PICTURES, folder / documents.PICTURES)
    shutil.copytree(SOURCE.parent / "theme", folder / "theme")
    shutil.copy(documents.CHECKOUT / "docs" / "plan.schema.json", folder / documents.FOLDER)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
