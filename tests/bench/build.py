"""P4: a real build from source, under the wizard and by the bare commands of its plan."""

from __future__ import annotations

import subprocess

from backends.action import Command
from tests.bench.place import Place
from tests.bench.timing import Broken, NotHere, Result, against, ratio, script_steps, seconds
from wizard.codec import from_json
from wizard.plan import Plan


def measure(place: Place, runs: int) -> list[Result]:
    """The newest release, which takes a minute or more: no more than two of each."""
    plan = _plan(place)
    root = [step.title for step in plan.steps if getattr(step.action, "root", False)]
    if root:
        raise NotHere(f"A build needs this first: {', '.join(root)}.")
    ways = {"bare": lambda: _by_hand(place), "wizard": lambda: _by_wizard(place)}
    taken = script_steps(ways, min(runs, 2))
    wizard, bare = taken["wizard"], taken["bare"]
    return [
        Result(
            "P4, source build",
            f"--yes --method source, all of it, cryptography {plan.release}, "
            "against the bare commands",
            ratio(wizard, bare),
            "×",
            against(wizard, bare),
            limit=1.05,
        )
    ]


def _plan(place: Place) -> Plan:
    argv = [place.wizard, "plan", "--format", "json", *_asked(place)]
    done = subprocess.run(
        argv,
        cwd=place.folder,
        env=place.environment(uv=False),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise Broken(f"plan ended with exit code {done.returncode}. {done.stderr[-500:]}")
    return from_json(Plan, done.stdout, source="the wizard's plan")


def _asked(place: Place) -> tuple[str, ...]:
    return ("--method", "source", "--venv", str(place.target("built")))


def _by_wizard(place: Place) -> float:
    argv = (place.wizard, "--yes", *_asked(place))
    log = place.folder / "wizard.log"
    return seconds(argv, place.environment(uv=False), cwd=place.folder, log=log)


def _by_hand(place: Place) -> float:
    """Run the commands of the plan in sequence, with their output in a file."""
    taken, log = 0.0, place.folder / "others.log"
    for step in _plan(place).steps:
        if isinstance(step.action, Command):
            env = {**place.environment(uv=False), **dict(step.action.env)}
            env["PATH"] = ":".join((*step.action.path, env["PATH"]))
            taken += seconds(step.action.argv, env, cwd=place.folder, log=log)
    return taken
