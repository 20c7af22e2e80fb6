"""Small pieces of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|])")
_TICKS = re.compile(r"`+")


def plain(text: str) -> str:
    """Return text whose characters mean themselves; parts between backticks stay code."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(
        part if part.startswith("`") else _MARKS.sub(r"\\\1", part) for part in parts if part
    )


def code(text: str) -> str:
    """Return text as code within a sentence."""
    longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}" if text.strip() else ""


def block(text: str, language: str = "text") -> str:
    """Return text as a block of code."""
    longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, whose cells are Markdown; an escaped bar stays one."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def front(**values: str) -> str:
    """Return the metadata at the beginning of a page."""
    import json

    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())
    return "\n".join(["---", *lines, "---", "", ""])


def deeper(text: str, levels: int = 1) -> str:
    """Return Markdown whose headings are so many levels below their own."""
    return re.sub(r"^(#+) ", lambda match: f"{match[1]}{'#' * levels} ", text, flags=re.MULTILINE)
