"""``python -m tests.faults [--only KIND …] [--count N] [--seed N] [--case N] [--short]``.

Prints each case that does not end right, and how many of each kind did. A whole count is also
written to ``tests/faults/results.json`` and ``docs/reliability.md``. Ctrl-C or SIGTERM ends a kind,
and the cases that have ended are counted. The exit code is 1 if a case
did not end right, 3 if this machine could try none.
"""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import page, running
from tests.faults.kind import SEED, Kind, Setting, kinds
from tests.faults.running import Outcome


def main() -> int:
    """Run the kinds that were asked for, tell what came out, and return the exit code."""
    known = kinds()
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    add = parser.add_argument
    add("--only", action="append", choices=sorted(known), metavar="KIND", help=", ".join(known))
    add("--count", type=int, help="how many cases of each kind; nothing is written then")
    add("--case", type=int, default=0, help="only the case with this number")
    add("--seed", type=int, help="what the cases are made from (a random number)")
    add("--short", action="store_true", help=f"a few cases of each kind, seed {SEED}")
    add("--keep", type=Path, metavar="FOLDER", help="work in this new folder, and remove nothing")
    add("--page", action="store_true", help="only write docs/reliability.md again")
    asked = parser.parse_args()
    if asked.page:
        page.update({})
        return 0
    seed = (
        asked.seed if asked.seed is not None else SEED if asked.short else secrets.randbelow(10**6)
    )
    print(f"seed {seed}", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    codes = []
    for name in asked.only or known:
        kind = known[name]
        number = asked.count or (kind.short if asked.short else kind.count)
        if number < 1:
            continue
        begin = time.monotonic()
        outcomes = _run(kind, seed, number, asked)
        codes.append(_tell(kind, outcomes, time.monotonic() - begin))
        if not (asked.short or asked.count or asked.case) and codes[-1] != 3:
            page.update({name: page.count(outcomes, seed, time.monotonic() - begin)})
    return 1 if 1 in codes else 3 if codes and set(codes) == {3} else 0


def _run(kind: Kind, seed: int, number: int, asked: argparse.Namespace) -> list[Outcome]:
    if asked.keep:
        folder = asked.keep.absolute() / kind.name
        folder.mkdir(parents=True)
        setting = Setting(seed, number, folder, asked.short, keep=True)
        return running.run(kind, setting, _report, asked.case)
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as temporary:
        setting = Setting(seed, number, Path(temporary), asked.short)
        return running.run(kind, setting, _report, asked.case)


def _report(outcome: Outcome) -> None:
    if outcome.ended != "right":
        print(f"{outcome.ended}: {outcome.number} ({outcome.case}): {outcome.why}", flush=True)


def _tell(kind: Kind, outcomes: list[Outcome], seconds: float) -> int:
    tried = [outcome for outcome in outcomes if outcome.ended != "not tried"]
    right = sum(outcome.ended == "right" for outcome in tried)
    untried = f", {len(outcomes) - len(tried)} not tried" if len(tried) != len(outcomes) else ""
    print(
        f"{kind.name}: {right} of {len(tried)} ended right in {seconds:.0f} s{untried}", flush=True
    )
    return 3 if not tried else 0 if right == len(tried) else 1


if __name__ == "__main__":
    sys.exit(main())
