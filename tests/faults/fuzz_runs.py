"""Fuzz: damaged folders of earlier runs, and damaged wheelhouses."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest import mock

from tests import machines
from tests.faults.calls import checked, kind, own_folders
from tests.faults.mutations import damaged_bytes, damaged_json
from tests.wizard import wheel_files
from tests.wizard.history.runs import done, ended, environment_plan, keep, started
from wizard import engine
from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.plan import Plan
from wizard.proof import manifest
from wizard.running.events import JournalEvent, RunStarted


@cache
def real_plans() -> tuple[Plan, ...]:
    """Plans of several kinds of machines, for wheels and builds."""
    found: list[Plan] = []
    for name in ("workshop", "debian-12", "fedora", "mac-arm-brew", "alpine-3.19"):
        for choices in (Choices(), Choices(method="source")):
            with contextlib.suppress(WizardError):
                facts = machines.machine(name)
                found.append(engine.settle(engine.case_of(facts, choices)).plan)
    return tuple(found)


def _events(random: Random, plan: Plan, folder: Path) -> list[JournalEvent]:
    steps = [step.id for step in plan.steps]
    if random.random() < 0.5:
        return done(*steps, code=random.choice((0, 1, 4, 130)), folder=str(folder))
    cut = random.randrange(len(steps) + 1)
    events: list[JournalEvent] = [RunStarted((), "2026-11-29T08:00:00.000+00:00", str(folder))]
    for step in steps[:cut]:
        events += [started(step), ended(step, random.choice(("done", "done", "failed")))]
    return events


def run_folder(random: Random, folder: Path) -> str:
    """Damage the folder of an earlier run, and use every command that reads it."""
    environment = folder / "env"
    plan = random.choice((environment_plan(environment), *real_plans()))
    plan = replace(plan, environment=str(environment), python=str(environment / "bin" / "python"))
    name = "20260102T030405Z-7"
    with own_folders(folder):
        kept = keep(name, plan, _events(random, plan, folder))
        if random.random() < 0.5:
            environment.mkdir()
            (environment / "pyvenv.cfg").write_text("home = /usr/bin\n", encoding="utf-8")
        for _ in range(random.choice((1, 1, 2))):
            _damage_run(random, kept)
        others = [folder, folder / "state"]
        before = {path: sorted(path.iterdir()) for path in others}
        argv = random.choice(
            (
                *(["runs"], ["runs", "--json"], ["runs", name], ["runs", "2026"]),
                *(["resume"], ["resume", name, "--yes"], ["resume", name, "--yes", "--json"]),
                *(["undo", name, "--yes"], ["undo", "--yes", "--json"], ["undo", name]),
                *(["report", name, "--show"], ["report", "--show", "--json", name]),
                ["report", name, "--yes", "--output", str(folder / "r.zip")],
            )
        )
        with mock.patch("wizard.running.inventory.installed", return_value=frozenset(("a", "b"))):
            problem = checked(argv, random, ("run", str(folder), "--"))
        if argv[0] in ("runs", "undo") and {p: sorted(p.iterdir()) for p in others} != before:
            return problem or f"{argv}: it changed files"
        return problem


def _damage_run(random: Random, kept: Path) -> None:
    file = kept / random.choice(("journal.jsonl", "journal.jsonl", "plan.json", "answers.toml"))
    what = random.random()
    if not file.is_file():
        return
    if what < 0.4 and file.suffix == ".jsonl":
        lines = file.read_bytes().splitlines() or [b"{}"]
        at = random.randrange(len(lines))
        with contextlib.suppress(ValueError):
            lines[at] = damaged_json(random, json.loads(lines[at])).replace(b"\n", b" ")
        if random.random() < 0.3:
            random.shuffle(lines)
        file.write_bytes(b"\n".join(lines) + b"\n")
    elif what < 0.6 and file.suffix == ".json":
        with contextlib.suppress(ValueError):
            file.write_bytes(damaged_json(random, json.loads(file.read_bytes())))
    elif what < 0.85:
        file.write_bytes(damaged_bytes(random, file.read_bytes()))
    else:
        file.unlink()
        odd = random.randrange(6)
        if odd == 0:
            file.mkdir()
        elif odd == 1:
            file.symlink_to(file)  # a link to itself
        elif odd == 2:
            os.mkfifo(file)
        elif odd == 3:
            file.symlink_to("/dev/zero")
        elif odd == 4:
            (kept / "logs").rmdir()
            (kept / "logs").write_bytes(b"not a folder")


def wheelhouse(random: Random, folder: Path) -> str:
    """Damage a wheelhouse, or its manifest, and install from it."""
    house = folder / "house"
    wheel_files.make(house)
    wheel_files.make(house, "cffi", "2.1.1", "cp311-cp311-manylinux_2_17_x86_64")
    wheel_files.make(house, "pycparser", "3.12", wheel_files.ANY)
    (house / "manifest.json").write_bytes(_house_manifest())
    where = random.random()
    if where < 0.75:
        data = json.loads(_house_manifest())
        (house / "manifest.json").write_bytes(damaged_json(random, data))
    else:
        victim = random.choice(sorted(house.glob("*.whl")))
        victim.write_bytes(damaged_bytes(random, victim.read_bytes()))
        if random.random() < 0.5:  # somebody also corrected the checksum
            return _damaged_wheel(victim)
    argv = ["--from-wheelhouse", str(house)]
    return checked(random.choice((["--yes", *argv], ["plan", *argv])), random, (str(house),))


@cache
def _house_manifest() -> bytes:
    with TemporaryDirectory() as folder:
        stage = Path(folder, "stage")
        wheel_files.make(stage)
        wheel_files.make(stage, "cffi", "2.1.1", "cp311-cp311-manylinux_2_17_x86_64")
        wheel_files.make(stage, "pycparser", "3.12", wheel_files.ANY)
        manifest.write(wheel_files.order(stage, Path(folder, "house"), python=sys.executable))
        return Path(folder, "house", "manifest.json").read_bytes()


def _damaged_wheel(victim: Path) -> str:
    """Read a wheel that is not one: an error that names it, or its contents."""
    try:
        manifest.read(victim)
    except WizardError as error:
        return "" if victim.name in error.what + error.shown else f"no name in {error.what}"
    return ""


KINDS = (
    kind(
        "fuzz-runs",
        "Damaged folders of earlier runs",
        run_folder,
        2000,
        found=(
            "A pipe in the place of a file of a run was waited for, for ever.",
            "An event whose kind is no text, or whose time is no time, was reported as a bug.",
        ),
    ),
    kind(
        "fuzz-wheelhouses",
        "Damaged wheelhouses",
        wheelhouse,
        1000,
        found=("A wheel with an unknown compression raised a traceback.",),
    ),
)
