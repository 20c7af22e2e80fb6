"""A static wheelhouse by the wizard's runner, with parallel or sequential steps.

Usage: ``python whole.py graph|chain VERSION FOLDER``, with the archive of that OpenSSL in the
variable OPENSSL_SOURCE. Run by the Python that the wizard is installed in; writes JSON:
``seconds`` of all steps, and ``busy``, the per cent of the cores' time that was not idle from the
start of OpenSSL's compilation to the end of cryptography's (of the whole machine: Linux only).
"""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

from cryptography_wizard import finder

finder.install()

from wizard import engine  # noqa: E402 - found by the finder only
from wizard.choices import Choices  # noqa: E402
from wizard.plan import Plan, order  # noqa: E402
from wizard.running.events import Event, StepEnded, StepStarted  # noqa: E402


def main(how: str, version: str, folder: str) -> int:
    """Plan, run and tell."""
    machine = engine.real()
    choices = Choices(
        method="source",
        link="static",
        openssl=version,
        openssl_source=Path(os.environ["OPENSSL_SOURCE"]).as_uri(),
        wheelhouse=folder,
    )
    decision = engine.settle(engine.case_of(machine.probe(choices), choices))
    plan = _chained(decision.plan) if how == "chain" else decision.plan
    times: dict[str, tuple[float, float]] = {}

    def emit(event: Event) -> None:
        if isinstance(event, StepStarted) and event.step == "openssl-build":
            times["first"] = _times()
        if isinstance(event, StepEnded) and event.step.startswith("wheels-"):
            times["last"] = _times()
        if isinstance(event, StepEnded) and event.state == "failed":
            print(event.step, event.cause, *event.excerpt, sep="\n", file=sys.stderr)

    end = machine.run(plan, decision.choices, decision.facts, emit, threading.Event())
    if end.code:
        return end.code
    idle, whole = (last - first for first, last in zip(times["first"], times["last"]))
    print(json.dumps({"seconds": end.seconds, "busy": 100 * (1 - idle / whole)}))
    return 0


def _chained(plan: Plan) -> Plan:
    """The same plan, where each step needs the one before it."""
    steps = order(plan)
    before = ("", *(step.id for step in steps))
    return replace(
        plan,
        steps=tuple(
            replace(step, needs=(*step.needs, last) if last else step.needs)
            for step, last in zip(steps, before)
        ),
    )


def _times() -> tuple[float, float]:
    """The idle time of all cores since the machine began, and all of their time (proc(5))."""
    line = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    numbers = [float(word) for word in line.split()[1:9]]  # guests are in the first two already
    return numbers[3] + numbers[4], sum(numbers)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
