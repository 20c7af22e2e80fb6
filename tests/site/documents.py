"""The documents of the repository as pages: their links lead to pages, or are only names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from tests.site.markdown import front

CHECKOUT = Path(__file__).parents[2]
FOLDER = "reference"
INDEX = f"{FOLDER}/index.md"
SCHEMA = f"{FOLDER}/plan.schema.json"
PICTURES = "pictures"
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", re.DOTALL)
_PICTURE = "assets/screenshots/"


def documents() -> dict[str, str]:
    """Return the page of each document by its path in the repository."""
    found = {
        f"docs/{file.name}": f"{FOLDER}/{file.name}"
        for file in sorted((CHECKOUT / "docs").glob("*.md"))
    }
    found["docs/plan.schema.json"] = SCHEMA
    return {**found, "CONTRIBUTING.md": f"{FOLDER}/contributing.md", "CHANGELOG.md": "changelog.md"}


def pages() -> dict[str, str]:
    """Return the pages by their paths."""
    known = {source: page for source, page in documents().items() if page != SCHEMA}
    found = {page: document(source, page) for source, page in known.items()}
    lines = (f"- [{_title(source)}]({relative(page, INDEX)})" for source, page in known.items())
    text = "\n".join(["# Documents", "", *lines, ""])
    return {**found, INDEX: front(title="Documents") + text}


def document(source: str, page: str) -> str:
    """Return a document as a page."""
    text = (CHECKOUT / source).read_text(encoding="utf-8")
    return front(title=_title(source)) + relinked(text, source, page, documents())


def _title(source: str) -> str:
    text = (CHECKOUT / source).read_text(encoding="utf-8")
    return text.partition("\n")[0].lstrip("# ")


def section(title: str, page: str) -> str:
    """Return one section of README.md, without its title. Raises ValueError if there is none."""
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    if not found:
        raise ValueError(f"README.md has no section {title!r}")
    return relinked(found[1].strip(), "README.md", page, documents())


def relinked(text: str, source: str, page: str, known: Mapping[str, str]) -> str:
    """Return the text of ``source`` for the page ``page``: each link leads to a page of the site.

    A link to a file that is not on the site becomes its name.
    """

    def new(match: re.Match[str]) -> str:
        picture, label, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        path, _, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(PurePosixPath(source).parent.as_posix(), path))
        if path.startswith(_PICTURE):
            found = f"{PICTURES}/{path[len(_PICTURE) :]}"
        elif path in known:
            found = known[path] + (f"#{anchor}" if anchor else "")
        else:
            return label
        return f"{picture}[{label}]({relative(found, page)})"

    return _LINK.sub(new, text)


def relative(target: str, page: str) -> str:
    """Return the way from one page to another."""
    return posixpath.relpath(target, PurePosixPath(page).parent.as_posix() or ".")
