"""Find the phrases of ``wording.toml`` in code, comments, assets and docs.

``python -m tests.wording`` prints every line that should say it differently, and fails if there is
one; ``make lint`` runs it.
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
    *("assets/*.py", "assets/*.toml", "assets/*.tcss", "assets/help/*", "assets/questions/*"),
    *("docs/*.md", "*.md", "Makefile", "pyproject.toml", ".ci/*", "tests/machines/README.md"),
)
OTHERS_WORDS = re.compile(r"^(?:examples|regex|find|also) = .*$", re.MULTILINE)
"""Lines of assets that quote other programs, whose wording is theirs."""

BREAK = r"(?:[\"']?\s*\n\s*(?:#\s*)?(?:[rbfRBF]*[\"'])?|\s)+"
"""A space of a phrase: also a line break in prose, in a comment or between two strings."""


class Finding(NamedTuple):
    """One line that uses a phrase, and what to say instead."""

    place: str
    phrase: str
    instead: str

    def __str__(self) -> str:
        return f"{self.place}: “{self.phrase}”; say: {self.instead}"


def phrases(table: Mapping[str, str]) -> Mapping[re.Pattern[str], str]:
    """Compile the phrases: each is a regular expression for whole words, in any case."""
    return {
        re.compile(rf"(?<![\w-])(?:{phrase.replace(' ', BREAK)})(?![\w-])", re.IGNORECASE): instead
        for phrase, instead in table.items()
    }


def known() -> Mapping[re.Pattern[str], str]:
    """Return the phrases of ``wording.toml``, and what to say instead of each."""
    text = (CHECKOUT / "tests" / "wording.toml").read_text(encoding="utf-8")
    return phrases(tomllib.loads(text)["phrases"])


def find(name: str, text: str, words: Mapping[re.Pattern[str], str]) -> Iterator[Finding]:
    """Yield each use of a phrase in one text, in the order of the phrases."""
    text = OTHERS_WORDS.sub("", text)
    for pattern, instead in words.items():
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Finding(f"{name}:{line}", " ".join(match[0].split()), instead)


def findings(root: Path = CHECKOUT, patterns: Sequence[str] = TEXTS) -> Sequence[Finding]:
    """Return each use of a phrase in the texts below ``root``, sorted by file."""
    words = known()
    files = {file for pattern in patterns for file in root.glob(pattern)}
    return tuple(
        finding
        for file in sorted(files - {Path(__file__)})
        for finding in find(
            file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"), words
        )
    )


if __name__ == "__main__":
    found = findings()
    print(*found, sep="\n")
    sys.exit(bool(found))
