"""Prove a kit: its files, what each target gets, and that it works on this machine."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, Optional
from urllib.parse import unquote

from packaging.requirements import Requirement

from backends import pip, uv
from backends.action import Command
from wizard import temporary
from wizard.errors import BadRequest
from wizard.facts import Python
from wizard.kit import platforms, resolving
from wizard.kit.platforms import PLATFORMS, Target
from wizard.kit.resolving import Unresolved, Wheel, wheel_of
from wizard.kit.selection import ALWAYS, CRYPTOGRAPHY
from wizard.machine import inspection
from wizard.needs import tags
from wizard.programs.processes import ProgramTimeout, ask
from wizard.proof import kit_manifest, wheel_metadata
from wizard.proof.kit_manifest import WHEELS, Kit, KitTarget
from wizard.proof.verify import Report, verify
from wizard.versions import minor

PIP_SECONDS = 120.0
"""The time limit of one question to pip."""
Way = Literal["pip", "computed"]


@dataclass(frozen=True)
class TargetCheck:
    """What was found about one target. ``problem`` is empty if its wheels are complete and fit.

    ``by`` says who said so: pip, which was asked what it would install there, or only the wizard's
    own resolution.
    """

    name: str
    release: str
    wheels: int
    by: Way
    problem: str = ""


@dataclass(frozen=True)
class MachineCheck:
    """What was found by installing on this machine.

    ``target`` is empty if the kit is not for this machine and Python; ``note`` says why.
    """

    python: str
    target: str = ""
    note: str = ""
    report: Optional[Report] = None
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against the kit."""
        return not self.problem and (self.report is None or self.report.ok)


@dataclass(frozen=True)
class Checked:
    """Everything that was found about a kit. ``bytes`` is the size of its files."""

    folder: str
    ok: bool
    files: int
    bytes: int
    differences: tuple[str, ...]
    targets: tuple[TargetCheck, ...]
    machine: Optional[MachineCheck] = None
    exit: int = 0


class FolderWheels:
    """The wheels of one target of a kit, as a `wizard.kit.resolving.Source`. Needs no network."""

    def __init__(self, folder: Path, kit: Kit, target: KitTarget) -> None:
        self._folder = folder / WHEELS
        self._wheels: dict[str, list[Wheel]] = {}
        sums = {file.path: file.sha256 for file in kit.files}
        for name in target.wheels:
            wheel = wheel_of(
                name,
                sha256=sums[f"{WHEELS}/{name}"],
                requires_python=wheel_metadata.requires_python(self._metadata(name)),
            )
            if wheel is None:
                raise ValueError(f"{name} is not the name of a wheel")
            self._wheels.setdefault(wheel.name, []).append(wheel)

    def wheels(self, name: str) -> Sequence[Wheel]:
        """Return the wheels of a package."""
        return tuple(self._wheels.get(name, ()))

    def requires(self, wheel: Wheel) -> Sequence[str]:
        """Return what a wheel requires, as the wheel itself says."""
        return wheel_metadata.requires(self._metadata(wheel.file))

    def _metadata(self, name: str) -> str:
        with zipfile.ZipFile(self._folder / name) as archive:
            return wheel_metadata.text(archive)


def resolve(folder: Path, kit: Kit, target: KitTarget, pip_words: Sequence[str]) -> TargetCheck:
    """Return whether a target's wheels are all that it needs, and fit together there.

    ``pip_words`` start a pip, which is asked too; empty: there is none.
    """
    by: Way = "pip" if pip_words else "computed"
    problem = _unresolved(folder, kit, target)
    if not problem and pip_words:
        problem = _refused_by_pip(folder, target, kit, pip_words)
    return TargetCheck(target.name, target.release, len(target.wheels), by, problem)


def _place(target: KitTarget) -> Optional[Target]:
    platform = PLATFORMS.get(target.platform)
    if platform is None:
        return None
    try:
        return Target(platform, platforms.pythons(target.python)[0])
    except BadRequest:
        return None


def _unresolved(folder: Path, kit: Kit, target: KitTarget) -> str:
    place = _place(target)
    if place is None:
        return f"This wizard does not know {target.platform}, Python {target.python}."
    lines = (f"{CRYPTOGRAPHY}=={target.release}", *ALWAYS, *kit.order.requirements)
    try:
        found = resolving.resolve(
            map(Requirement, lines),
            place,
            FolderWheels(folder, kit, target),
            glibc=kit.order.glibc,
            constraints=map(Requirement, kit.order.constraints),
        )
    except Unresolved as problem:
        return problem.why
    except wheel_metadata.UNREADABLE as problem:
        return f"A wheel cannot be read: {problem}"
    unused = set(target.wheels) - {wheel.file for wheel in found}
    return f"It does not need {', '.join(sorted(unused))}." if unused else ""


def _refused_by_pip(folder: Path, target: KitTarget, kit: Kit, words: Sequence[str]) -> str:
    """Return what pip says against installing the list of a target there; empty if nothing."""
    place = _place(target)
    if place is None:
        return ""
    python = platforms.pretended(place, kit.order.glibc)
    digits = place.python.replace(".", "")
    accepted = [name for name in tags.platforms(python) if not name.startswith("linux_")]
    with temporary.folder() as work:
        report = work / "report.json"
        done = ask(
            (
                *(*words, "--isolated", "--disable-pip-version-check", "--no-input", "install"),
                *("--dry-run", "--quiet", "--no-color", "--no-cache-dir", "--no-deps"),
                *("--no-index", "--find-links", str(folder / WHEELS), "--only-binary", ":all:"),
                *("--require-hashes", "--requirement", str(folder / target.requirements)),
                *("--target", str(work / "target"), "--report", str(report)),
                *("--implementation", "cp", "--abi", f"cp{digits}"),
                *("--python-version", python.version),
                *(word for name in accepted for word in ("--platform", name)),
            ),
            env={"PIP_CONFIG_FILE": os.devnull},
            timeout=PIP_SECONDS,
        )
        if done.exit:
            said = [line for line in done.stderr.splitlines() if line.strip()]
            return f"pip: {said[0] if said else f'exit code {done.exit}'}"
        rows = json.loads(report.read_text(encoding="utf-8"))["install"]
    names = {row["download_info"]["url"].rpartition("/")[2] for row in rows}
    found = {unquote(name) for name in names}
    wanted = {name for name in target.wheels if name.partition("-")[0] not in ALWAYS}
    if found != wanted:
        return f"pip would install {', '.join(sorted(found ^ wanted))} differently."
    return ""


def find_pip(python: Python) -> tuple[str, ...]:
    """Return the words that start a pip that can only simulate; empty if none is found.

    ``python`` is the Python of this machine that the kit is tried with.
    """
    version = python.pip.version if python.pip else ""
    if python.pip and pip.parse_version(version) >= pip.FIRST_WITH_DRY_RUN:
        return pip.module(python.path)
    return ()


def can_say(python: Python, target: KitTarget) -> bool:
    """Return whether the pip of this Python says something true about a target.

    An older one refuses wheels of another Python, because they do not fit its own.
    """
    version = python.pip.version if python.pip else ""
    own = minor(python.version) == target.python.rstrip("t")
    return own or pip.parse_version(version) >= pip.FIRST_WITH_OTHER_PYTHON


def this_python(path: str = "") -> Python:
    """Return the Python of this machine to try the kit with: the named one, or the wizard's own."""
    if path:
        return inspection.inspect(path, "asked")[0]
    own = inspection.inspect(sys.executable, "asked")[0]
    if own.pip is None and own.base and own.base != own.path:
        base = inspection.inspect(own.base, "asked")[0]
        return own if base.problem else base
    return own


def target_for(kit: Kit, python: Python) -> Optional[KitTarget]:
    """Return the target whose wheels this Python accepts; None if there is none."""
    accepted = set(tags.expand(tags.current_pip_tags(python)))
    for target in kit.targets:
        label = python.label
        if target.python != label or minor(python.version) != target.python.rstrip("t"):
            continue
        wheels = [wheel_of(name) for name in target.wheels]
        if all(wheel and not accepted.isdisjoint(wheel.tags) for wheel in wheels):
            return target
    return None


def install_here(folder: Path, kit: Kit, python: Python) -> MachineCheck:
    """Install from the kit into a temporary environment, and prove what was installed."""
    if python.problem:
        return MachineCheck(python.path, problem=f"{python.path}: {python.problem}")
    target = target_for(kit, python)
    if target is None:
        return MachineCheck(
            python.path,
            note=f"The kit has nothing for {python.path} (Python {python.version}, "
            f"{python.platform}), so it was not tried here.",
        )
    with temporary.folder() as work:
        environment = work / "environment"
        inside = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        words = (
            "--require-hashes",
            "--no-deps",
            "--requirement",
            str(folder / target.requirements),
        )
        commands: tuple[Command, ...]
        program = shutil.which("uv")
        if program:
            commands = (
                uv.make_environment(program, python.path, str(environment), seed=False),
                uv.install(program, str(inside), words, folder=str(folder / WHEELS)),
            )
        else:
            commands = (
                pip.make_environment(python.path, str(environment), with_pip=True),
                pip.install(
                    str(inside),
                    words,
                    version=python.ensurepip or "9.0",
                    folder=str(folder / WHEELS),
                ),
            )
        for command in commands:
            try:
                done = ask(command.argv, env=dict(command.env), timeout=command.timeout)
            except (OSError, ProgramTimeout) as error:
                return MachineCheck(python.path, target.name, problem=f"{command.argv[0]}: {error}")
            if done.exit:
                said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
                shown = said[-1] if said else f"exit code {done.exit}"
                return MachineCheck(python.path, target.name, problem=shown)
        report = verify(str(inside))
    problem = ""
    if report.version != target.release:
        problem = f"cryptography {report.version or '(none)'} was installed, not {target.release}."
    return MachineCheck(python.path, target.name, report=report, problem=problem)


def check(
    folder: Path,
    kit: Kit,
    python: Optional[Python],
    say: Callable[[str, int, int], None] = lambda _what, _done, _of: None,
) -> Checked:
    """Check all of it. ``python`` is tried on this machine; None: nothing is installed.

    ``say`` gets what is checked now, how much of it is done, and how much there is. If files
    differ, nothing else is checked.
    """
    total = sum(file.size for file in kit.files)
    found = tuple(kit_manifest.differences(folder, kit, partial(say, "files")))
    if found:
        return Checked(str(folder), False, len(kit.files), total, found, ())
    words = find_pip(python) if python else ()
    rows = []

    def resolved(target: KitTarget) -> TargetCheck:
        asked = words if python and can_say(python, target) else ()
        try:
            return resolve(folder, kit, target, asked)
        except (OSError, ProgramTimeout, ValueError, KeyError) as error:
            return TargetCheck(target.name, target.release, len(target.wheels), "pip", str(error))

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for number, row in enumerate(pool.map(resolved, kit.targets)):
            say("targets", number, len(kit.targets))
            rows.append(row)
    machine = None
    if python is not None:
        say("machine", 0, 1)
        machine = install_here(folder, kit, python)
    ok = not any(row.problem for row in rows) and (machine is None or machine.ok)
    return Checked(str(folder), ok, len(kit.files), total, (), tuple(rows), machine)
