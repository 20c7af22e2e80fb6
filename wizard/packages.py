"""What the package managers of this machine have, and would install."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Callable, Optional

from backends.action import Command, Output
from backends.manager import PackageManager, managers
from wizard.facts import Manager, Package
from wizard.knowledge import Packages, load
from wizard.processes import ProgramTimeout, ask
from wizard.together import each

PATIENCE = 30.0
"""Seconds. Homebrew takes some; a list on a slow disk as well."""


def read(
    minors: Sequence[str], *, known: Optional[Sequence[Packages]] = None
) -> tuple[Manager, ...]:
    """Ask every package manager of this machine about the packages that matter.

    ``minors`` are the Python versions (``3.11``) that packages may be needed for. A manager that
    could not be asked has a ``problem``, one sentence.
    """
    tables = load().packages if known is None else known
    found: list[Manager] = []
    for name, backend in managers().items():
        program = _program(backend)
        table = next((t for t in tables if t.manager == name), None)
        if program and table:
            found.append(_ask(backend, program, names(table, minors)))
        elif program:
            found.append(Manager(name, program))
    return tuple(found)


def names(table: Packages, minors: Sequence[str]) -> tuple[str, ...]:
    """Every package name of a manager's table, for these Python versions, each once."""
    plain = [*table.build, table.openssl_headers]
    plain += [name for rust in table.rust for name in (*rust.packages, rust.version_of)]
    for template in (table.python_headers, table.venv):
        plain += [template.replace("{minor}", minor) for minor in minors]
        plain += [] if "{minor}" in template else [template]
    return tuple(dict.fromkeys(name for name in plain if name))


def _program(backend: PackageManager) -> str:
    for place in backend.programs:
        if Path(place).is_absolute():
            if os.access(place, os.X_OK):
                return place
        elif shutil.which(place):
            return str(shutil.which(place))
    return ""


def _ask(backend: PackageManager, program: str, wanted: Sequence[str]) -> Manager:
    query, policy = backend.query(wanted), backend.ask_candidates(wanted)
    works = (
        partial(_answer, backend, query, partial(backend.installed, wanted)),
        partial(_answer, backend, policy, partial(backend.candidates, wanted)),
    )
    answers = dict(each(works, at_once=2))
    (installed, first), (candidates, second) = answers[0], answers[1]
    packages = (Package(n, installed.get(n, ""), candidates.get(n, "")) for n in wanted)
    known = tuple(p for p in packages if p.installed or p.candidate)
    return Manager(backend.name, program, known, first or second)


def _answer(
    backend: PackageManager, command: Command, read_it: Callable[[Output], dict[str, str]]
) -> tuple[dict[str, str], str]:
    """What a manager says, and why it could not be asked."""
    shown = command.argv[0]
    try:
        output = ask(command.argv, env=dict(command.env), timeout=PATIENCE)
    except ProgramTimeout:
        return {}, f"{shown} gave no answer within {PATIENCE:g} seconds."
    except OSError as error:
        return {}, f"{shown} cannot be started: {error.strerror}."
    try:
        found = read_it(output)
    except Exception as error:  # noqa: BLE001 - an answer of another shape: said, not raised
        return {}, f"{shown} answered in a form that is not known: {error}"
    if output.exit in command.ok:
        return found, ""
    problem = backend.explain(output)
    if problem is None or problem.kind == "unknown-package":
        return found, ""
    return found, f"{shown}: {problem.line or problem.kind}"
