"""``docs/reliability.md``: how many cases of each kind of fault ended right, and when.

``results.json`` keeps the last count of each; ``reliability.md`` beside this module is the text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from tests.faults.kind import Kind, kinds
from tests.faults.running import Outcome
from tests.live.machine import CHECKOUT
from tests.live.page import table

PAGE = CHECKOUT / "docs" / "reliability.md"
RESULTS = Path(__file__).with_name("results.json")
TEXT = Path(__file__).with_name("reliability.md")
HEAD = ("Kind", "What", "Cases", "Ended right", "What “right” means", "Seconds", "Date")


@dataclass(frozen=True)
class Count:
    """What came of a kind; ``seconds`` is for all cases together, ``wrong`` names those cases."""

    cases: int
    right: int
    seed: int
    seconds: int
    wrong: tuple[str, ...] = ()
    date: str = field(default_factory=lambda: f"{datetime.now(timezone.utc):%Y-%m-%d}")


def count(outcomes: Iterable[Outcome], seed: int, seconds: float) -> Count:
    """Count the outcomes of a kind; what was not tried does not count."""
    tried = [outcome for outcome in outcomes if outcome.ended != "not tried"]
    wrong = tuple(f"{o.number} ({o.case})" for o in tried if o.ended == "wrong")
    return Count(len(tried), len(tried) - len(wrong), seed, round(seconds), wrong)


def read(results: Path = RESULTS) -> dict[str, Count]:
    """Return the kept counts, by the names of their kinds."""
    kept = json.loads(results.read_text(encoding="utf-8"))
    return {name: Count(**{**row, "wrong": tuple(row["wrong"])}) for name, row in kept.items()}


def update(new: Mapping[str, Count], results: Path = RESULTS, page: Path = PAGE) -> None:
    """Keep ``new`` counts in the place of older ones, and write the page."""
    kept = {**read(results), **new}
    known = kinds()
    lines = [
        f"{json.dumps(name)}: {json.dumps(asdict(kept[name]), ensure_ascii=False)}"
        for name in known
        if name in kept
    ]
    results.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    page.write_text(render(read(results), tuple(known.values())), encoding="utf-8")


def render(counts: Mapping[str, Count], all_kinds: Sequence[Kind]) -> str:
    """Return the page with these counts."""
    rows = [_row(kind, counts[kind.name]) for kind in all_kinds if kind.name in counts]
    missing = [f"`{kind.name}`" for kind in all_kinds if kind.name not in counts]
    found = [
        "\n".join((f"**{kind.title}**", "", *(f"- {each}" for each in kind.found)))
        for kind in all_kinds
        if kind.found
    ]
    said = f"\n\nNot counted yet: {', '.join(missing)}." if missing else ""
    text = TEXT.read_text(encoding="utf-8")
    return text.replace("{table}", table([HEAD, *rows]) + said + _wrong(counts)).replace(
        "{found}", "\n\n".join(found) or "Nothing yet."
    )


def _row(kind: Kind, counted: Count) -> tuple[str, ...]:
    return (
        *(f"`{kind.name}`", kind.title, str(counted.cases), str(counted.right), kind.right),
        *(str(counted.seconds), counted.date),
    )


def _wrong(counts: Mapping[str, Count]) -> str:
    lines = [
        f"- `{name}`, seed {counted.seed}: {', '.join(counted.wrong)}"
        for name, counted in counts.items()
        if counted.wrong
    ]
    return "\n".join(("\n\nCases that did not end right:\n", *lines)) if lines else ""
