"""The benchmarks: ``python -m tests.bench [NAME …] [--runs N]``.

Prints a table of what was measured, each value against its limit. When all were asked for, the
table and what the machine is are also written to ``tests/bench/results.md``. The exit code is 0
unless something could not run: a value over its limit is reported, but is not a failure, for
another machine or a busy hour has other times.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Union

from tests.bench import build, diagnose, doctor, log, open_log, start, static, wheel
from tests.bench.place import Place, description, prepare
from tests.bench.timing import Broken, NotHere, Result

ALL: Mapping[str, Callable[[Place, int], list[Result]]] = {
    "wheel": wheel.measure,
    "log": log.measure,
    "open": open_log.measure,
    "diagnose": diagnose.measure,
    "build": build.measure,
    "static": static.measure,
    "start": start.measure,
    "doctor": doctor.measure,
}
RESULTS = Path(__file__).with_name("results.md")
HEAD = ("", "What", "Value", "Limit", "", "How it came about")

Outcome = Union[list[Result], NotHere, Broken]


def main() -> int:
    """Run the benchmarks that were asked for, tell what came out, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(ALL)}; none: all")
    parser.add_argument("--runs", type=int, default=5, help="how often each way is run (5)")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in ALL]
    if unknown or asked.runs < 1:
        parser.error(f"unknown: {', '.join(unknown)}" if unknown else "--runs: at least 1")
    with tempfile.TemporaryDirectory(prefix="wizard-bench-") as folder:
        print("Installing the wizard into a new environment …", flush=True)
        try:
            place = prepare(Path(folder))
        except Broken as problem:
            print(f"It cannot be installed: {problem}", file=sys.stderr)
            return 1
        about = description(place)
        outcomes = {name: _run(name, place, asked.runs) for name in asked.names or ALL}
    table = _table(outcomes)
    print("\n".join(("", *about, "", *table)))
    broken = any(isinstance(outcome, Broken) for outcome in outcomes.values())
    if not asked.names and not broken:
        RESULTS.write_text(_page(about, table), encoding="utf-8")
        print(f"\nWritten to tests/bench/{RESULTS.name}.")
    return int(broken)


def _run(name: str, place: Place, runs: int) -> Outcome:
    print(f"{name} …", flush=True)
    try:
        return ALL[name](place, runs)
    except (NotHere, Broken) as problem:
        return problem


def _table(outcomes: Mapping[str, Outcome]) -> list[str]:
    rows: list[tuple[str, ...]] = [HEAD]
    for name, outcome in outcomes.items():
        if isinstance(outcome, list):
            rows += [_row(result) for result in outcome]
        else:
            word = "skipped" if isinstance(outcome, NotHere) else "not run"
            rows.append((name, "", "", "", word, " ".join(str(outcome).split())))
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
        for row in rows
    ]


def _row(result: Result) -> tuple[str, ...]:
    sign = "≥" if result.at_least else "≤"
    limit = "" if result.limit is None else f"{sign} {_number(result.limit)} {result.unit}"
    value = f"{_number(result.value)} {result.unit}"
    return result.name, result.what, value, limit, result.verdict, result.seen


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 10 else f"{value:.2f}"


def _page(about: list[str], table: list[str]) -> str:
    day = datetime.now(timezone.utc).date().isoformat()
    lines = (
        "# Benchmarks",
        "",
        f"Written by `make bench` on {day}. Ratios are of medians of runs in turn, on one machine:",
        "",
        *(f"- {line}" for line in about),
        "",
        *table,
        "",
        "The documented way is `python -m venv`, `pip install -U pip`, `pip install cryptography`.",
        "All ways use the same Python and the same index, and the caches of pip and uv are warm.",
        "The modules beside this file say how each is measured.",
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
