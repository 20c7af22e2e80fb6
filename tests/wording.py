"""Find the phrases of ``wording.toml`` in code, comments, assets and docs.

``python -m tests.wording`` prints every line that should say it differently, and fails if there is
one; `tests/test_wording.py` runs the same search.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CHECKOUT = Path(__file__).parents[1]

TEXTS = (
    *("wizard/**/*.py", "screens/**/*.py", "backends/**/*.py", "tests/**/*.py"),
    *(
        "assets/*.py",
        "assets/*.toml",
        "assets/*.tcss",
        "assets/help/*",
        "assets/questions/*",
        "assets/s*/*.*s*",
    ),
    *("distribution/*.py", "cryptography_wizard/*.py", "packaging/*.*", "packaging/*/*"),
    *("docs/site/pages/*.md", "docs/site/pages/*/*.md", "docs/site/*.toml"),
    *("docs/*.md", "*.md", "Makefile", "pyproject.toml", ".ci/*", "tests/machines/README.md"),
)
QUOTES = re.compile(r"^(?:examples|regex|find|also) = .*$", re.MULTILINE)
"""Lines of assets that quote other programs, whose wording is theirs."""

EXCEPT = {Path(__file__), Path(__file__).with_name("test_wording.py")}
"""Files that quote the phrases themselves."""
BREAK = r"(?:[\"']?\s*\n\s*(?:#\s*)?(?:[rbfRBF]*[\"'])?|\s)+"
"""A space of a phrase: also a line break in prose, in a comment or between two strings."""


class Finding(NamedTuple):
    """One line that uses a phrase, and what to say instead."""

    place: str
    phrase: str
    instead: str

    def __str__(self) -> str:
        return f"{self.place}: “{self.phrase}”; say: {self.instead}"


def known() -> Mapping[str, str]:
    """Return the phrases of ``wording.toml``, and what to say instead of each.

    A phrase is a regular expression for whole words, in any case.
    """
    text = (CHECKOUT / "tests" / "wording.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["phrases"])


def _start(phrase: str) -> str:
    """Return what looks ahead for the first letter of a phrase, so that few phrases are tried.

    Empty if the phrase may begin with something else than a letter.
    """
    plain, count = phrase, 1
    while count:
        plain, count = re.subn(r"\([^()]+\)", "()", plain)
    first = {each[:1] for each in plain.split("|")}
    optional = re.search(r"(?:^|\|).[?*{]", plain)
    return f"(?=[{''.join(sorted(first))}])" if "".join(first).isalpha() and not optional else ""


def searcher(table: Mapping[str, str]) -> re.Pattern[str]:
    """Compile one search for all phrases. A group is named after the place of its phrase."""
    groups: dict[str, list[str]] = {}
    for place, phrase in enumerate(table):
        group = f"(?P<p{place}>{phrase.replace(' ', BREAK)})"
        groups.setdefault(_start(phrase), []).append(group)
    # At each word, only the phrases with its first letter are tried.
    tried = "|".join(f"{start}(?:{'|'.join(group)})" for start, group in groups.items())
    return re.compile(rf"(?<![\w-])(?:{tried})(?![\w-])", re.IGNORECASE)


def find(
    name: str, text: str, search: re.Pattern[str], instead: Sequence[str]
) -> Iterator[Finding]:
    """Yield each use of a phrase in one text."""
    text = QUOTES.sub("", text)
    for match in search.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        place = int(str(match.lastgroup)[1:])
        yield Finding(f"{name}:{line}", re.sub(BREAK, " ", match[0]), instead[place])


def findings(root: Path = CHECKOUT, patterns: Sequence[str] = TEXTS) -> Sequence[Finding]:
    """Return each use of a phrase in the texts below ``root``, sorted by file."""
    table = known()
    search, instead = searcher(table), tuple(table.values())
    files = {file for pattern in patterns for file in root.glob(pattern)}
    return tuple(
        finding
        for file in sorted(files - EXCEPT)
        for finding in find(
            file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"), search, instead
        )
    )


if __name__ == "__main__":
    found = findings()
    print(*found, sep="\n")
    sys.exit(bool(found))
