"""``docs/tested.md``: what came of the live tests that take minutes, each with its date.

``results.json`` keeps the last result of each; ``tested.md`` beside this module is the text.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Union

from tests.live import matrix
from tests.live.machine import CHECKOUT

PAGE = CHECKOUT / "docs" / "tested.md"
RESULTS = Path(__file__).with_name("results.json")
TEXT = Path(__file__).with_name("tested.md")


def _today() -> str:
    return f"{datetime.now(timezone.utc):%Y-%m-%d}"


def _load() -> str:
    return f"{os.getloadavg()[2]:.1f}"


@dataclass(frozen=True)
class Row:
    """What came of one case of the matrix, on what. ``seconds`` is the whole run of the wizard."""

    release: str
    system: str
    python: str
    openssl: str
    rust: str
    pip: str
    outcome: str
    seconds: str
    command: str
    date: str = field(default_factory=_today)
    load: str = field(default_factory=_load)

    def __str__(self) -> str:
        parts = (f"OpenSSL {self.openssl}", f"Rust: {self.rust}", f"pip {self.pip}")
        place = ", ".join((self.system, f"Python {self.python}", *parts))
        return f"cryptography {self.release} on {place}: {self.outcome}, {self.seconds} s"


@dataclass(frozen=True)
class Passed:
    """A test of `matrix.LONG` that passed; ``seconds`` is the whole test."""

    seconds: str
    date: str = field(default_factory=_today)
    load: str = field(default_factory=_load)


Result = Union[Row, Passed]
HEAD = (
    *("cryptography", "System", "Python", "OpenSSL", "Rust", "pip", "Outcome", "Seconds"),
    *("Command", "Date", "Load"),
)
LONG_HEAD = ("What", "Where", "Seconds", "LIVE_MATRIX", "Date", "Load")


def read(path: Path = RESULTS) -> dict[str, Result]:
    """Return the kept results, by the names that LIVE_MATRIX knows."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Row(**values) if "release" in values else Passed(**values)
        for name, values in kept.items()
    }


def update(new: Mapping[str, Result], results: Path = RESULTS, page: Path = PAGE) -> None:
    """Keep ``new`` results in the place of older ones, and write the page."""
    kept = {**read(results), **new}
    ordered = {name: kept[name] for name in _names() if name in kept}
    lines = {name: asdict(result) for name, result in ordered.items()}
    results.write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write_text(render(ordered), encoding="utf-8")


def render(results: Mapping[str, Result]) -> str:
    """Return the page with these results."""
    rows = [astuple(result) for result in results.values() if isinstance(result, Row)]
    passed = [
        (
            *(matrix.LONG[name].what, matrix.LONG[name].where, result.seconds, f"`{name}`"),
            *(result.date, result.load),
        )
        for name, result in results.items()
        if isinstance(result, Passed)
    ]
    text = TEXT.read_text(encoding="utf-8")
    return text.replace("{matrix}", table([HEAD, *rows])).replace(
        "{long}", table([LONG_HEAD, *passed])
    )


def _names() -> Iterable[str]:
    return (*matrix.CASES, matrix.REFUSED.name, *matrix.LONG)


def table(cells: Sequence[tuple[str, ...]]) -> str:
    """Return rows of texts, the head first, as a table in Markdown with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths)).join(("| ", " |"))
        for row in cells
    ]
    rule = " | ".join("-" * width for width in widths).join(("| ", " |"))
    return "\n".join((lines[0], rule, *lines[1:]))
