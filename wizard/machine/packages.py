"""What this machine's package managers have installed and can install."""

from __future__ import annotations

import os
import platform
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Callable, Optional, Union

from backends.action import Command, Output
from backends.manager import PackageManager, finishing, managers, with_program_path
from wizard.facts import Facts, Manager, Package, Removal, System, Terminal
from wizard.knowledge import load
from wizard.machine import query_results, system
from wizard.machine.parallel import run_all
from wizard.needs import architecture
from wizard.programs.processes import ProgramTimeout, TooMuchOutput, ask
from wizard.tables import Packages

TIME_LIMIT = 30.0
"""Seconds. Homebrew takes several, and so does a list on a slow disk."""
RETRY_SECONDS = 1.0
"""Seconds until a busy manager is asked again."""
Located = Callable[[Command], Command]
"""Makes a manager's command one that can be run here: with the path of its program."""


def read(
    minors: Sequence[str],
    *,
    known: Optional[Sequence[Packages]] = None,
    family: Optional[frozenset[str]] = None,
) -> tuple[Manager, ...]:
    """Ask every package manager of this machine about the packages that a build may need.

    ``minors`` are the Python versions (``3.11``) that packages may be needed for. ``family`` are
    the names of this system and of related ones (`wizard.machine.system.system_names`). A manager
    that could not be asked has a ``problem``, one sentence.
    """
    tables = {t.manager: t for t in (load().packages if known is None else known)}
    found_programs = {
        name: programs(backend, tables.get(name)) for name, backend in managers().items()
    }
    system_names = system.system_names() if family is None else family
    native = any(
        found_programs[n] and system_names & set(t.distributions) for n, t in tables.items()
    )
    found: list[Manager] = []
    for name, backend in managers().items():
        if not found_programs[name] or found_programs.get(backend.yields_to):
            continue
        table = tables.get(name)
        if native and table and table.distributions and not system_names & set(table.distributions):
            # dnf on Debian is never used, and asking it would leave a database in the home folder.
            continue
        for path, machine in found_programs[name]:
            if table is None:
                found.append(Manager(name, path))
                continue
            answer = _ask(
                backend,
                _caller(backend, path, machine),
                package_names(table, minors),
                package_groups(table, minors),
                _packages_with_folder(table),
            )
            is_unfinished = unfinished(backend)
            found.append(replace(answer, program=path, machine=machine, unfinished=is_unfinished))
    return tuple(found)


def unfinished(backend: PackageManager) -> bool:
    """Return whether a manager was interrupted, and installs nothing until that is finished."""
    how = finishing(backend)
    if how is None:
        return False
    try:
        return any(path.name.isdigit() for path in Path(how.journal).iterdir())
    except OSError:  # no such folder, or not for this user: its own message comes when it installs
        return False


def programs(backend: PackageManager, table: Optional[Packages]) -> tuple[tuple[str, str], ...]:
    """Return the path of a manager's program, with the architecture of its packages, if known.

    Empty if it is not installed. A Mac with Apple silicon may have two Homebrews, one for each
    architecture; the one that is found first on PATH is first.
    """
    first = program(backend)
    if not first or table is None or system.system_name() != "macos":
        return ((first, ""),) if first else ()
    found = {architecture.of_folder(table, first): first}
    for root, machine in table.architectures:
        path = f"{root}/bin/{backend.programs[0]}"
        same = os.path.realpath(path) == os.path.realpath(first)  # a link that the user made
        if machine not in found and os.access(path, os.X_OK) and not same:
            found[machine] = path
    return tuple((path, machine) for machine, path in found.items())


def _caller(backend: PackageManager, path: str, machine: str) -> Located:
    """Return what makes a manager's command one that this process can run.

    Homebrew runs as the architecture of its folder: see `wizard.needs.architecture.prefix`.
    """
    before: tuple[str, ...] = ()
    if machine:
        terminal = Terminal(machine=platform.machine())
        here = Facts(System(system.system_name(), system.machine()), terminal=terminal)
        before = architecture.prefix(here, machine)
    return lambda command: with_program_path(backend, command, path, before)


def package_names(table: Packages, minors: Sequence[str]) -> tuple[str, ...]:
    """Return every package name in a manager's table, for these Python versions, each once."""
    names = [name for group in package_groups(table, minors) for name in group]
    names += [openssl.version_of for openssl in table.openssl]
    names += [rust.version_of for rust in table.rust]
    names += [_for_python(template, minor) for template in table.cryptography for minor in minors]
    return tuple(dict.fromkeys(name for name in names if name))


def package_groups(table: Packages, minors: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of packages that the wizard may install. Each group is installed whole."""
    names = [*table.build, table.libffi, *table.openssl_build, table.pypy_headers]
    for openssl in table.openssl:
        names += [openssl.package, openssl.static, openssl.engine]
    for_pythons = [
        _for_python(template, minor)
        for template in (*table.python_headers, table.venv)
        for minor in minors
    ]
    groups: list[tuple[str, ...]] = [(name,) for name in names]
    groups += [rust.packages for rust in table.rust]
    groups += [(name,) for name in for_pythons]
    return tuple(dict.fromkeys(group for group in groups if all(group)))


def _for_python(template: str, minor: str) -> str:
    """Return the name of a Python's package: ``python{minor}-dev`` for 3.11 is python3.11-dev."""
    return template.format(minor=minor, digits=minor.replace(".", ""))


def program(backend: PackageManager) -> str:
    """Return the path of a manager's program on this machine, or empty if it is not installed."""
    for location in backend.programs:
        if Path(location).is_absolute():
            if os.access(location, os.X_OK):
                return location
        elif shutil.which(location):
            return str(shutil.which(location))
    return ""


def _packages_with_folder(table: Packages) -> frozenset[str]:
    """Return the packages whose folder a build must know."""
    entries = (
        entry for entry in table.openssl if "{folder}" in entry.prefix + entry.include + entry.lib
    )
    return frozenset(entry.package for entry in entries)


def _package_folder(backend: PackageManager, located: Located, name: str) -> str:
    command = backend.ask_folder(name)
    answer = _run_query(located(command)) if command else ""
    folder = answer.stdout.strip() if isinstance(answer, Output) and answer.exit == 0 else ""
    return folder if folder.isprintable() and Path(folder).is_absolute() else ""


def _ask(
    backend: PackageManager,
    located: Located,
    names: Sequence[str],
    groups: Sequence[tuple[str, ...]],
    with_folder: frozenset[str],
) -> Manager:
    query, offer = backend.query(names), backend.ask_candidates(names)
    # Some managers answer both questions at once, so they are asked once.
    commands = tuple(dict.fromkeys((query, offer)))
    queries = [partial(_run_query, located(command)) for command in commands]
    answers = {commands[index]: answer for index, answer in run_all(queries, threads=2)}
    rejected = {
        name for answer in answers.values() for name in _rejected_names(backend, answer, names)
    }
    if rejected:
        rest = [name for name in names if name not in rejected]
        return (
            _ask(backend, located, rest, groups, with_folder) if rest else Manager(backend.name, "")
        )
    installed, first = _read(backend, query, answers[query], backend.installed, names)
    candidates, second = _read(backend, offer, answers[offer], backend.candidates, names)
    packages = tuple(
        Package(name, installed.get(name, ""), candidates.get(name, ""))
        for name in names
        if installed.get(name) or candidates.get(name)
    )
    packages = tuple(
        replace(package, folder=_package_folder(backend, located, package.name))
        if package.name in with_folder
        else package
        for package in packages
    )
    removals = () if first or second else _removals(backend, located, packages, groups)
    return Manager(backend.name, "", packages, first or second, removals)


def _rejected_names(
    backend: PackageManager, answer: Union[Output, str], names: Sequence[str]
) -> list[str]:
    """Return the unknown names because of which a manager said nothing about the others.

    Homebrew does so, and quotes the name. The others only omit what they do not know.
    """
    problem = None if isinstance(answer, str) else backend.explain(answer)
    if problem is None or problem.kind != "unknown-package":
        return []
    return [name for name in names if f'"{name}"' in problem.line]


def _removals(
    backend: PackageManager,
    located: Located,
    packages: Sequence[Package],
    groups: Sequence[tuple[str, ...]],
) -> tuple[Removal, ...]:
    """Return which of these groups can be installed only if other packages are removed.

    A group counts if its missing packages can be installed. What the manager cannot answer (it
    refuses to install them, or needs root rights to simulate it) is unknown, and counts as no
    removal: `PackageManager.install` does not allow one.
    """
    known = {package.name: package for package in packages}
    # Groups of several packages are Rusts, which often exclude each other: the first one is asked
    # about with all single packages, the others separately.
    first_rust = next((group for group in groups if len(group) > 1), ())
    together: list[tuple[str, ...]] = []
    others: list[tuple[str, ...]] = []
    for group in groups:
        found = [known[name] for name in group if name in known]
        missing = tuple(package.name for package in found if not package.installed)
        if missing and len(found) == len(group):
            (together if len(group) == 1 or group == first_rust else others).append(missing)

    def ask_manager(names: Sequence[str]) -> tuple[str, ...] | None:
        command = backend.ask_removals(names)
        if command is None:
            return ()
        answer = _run_query(located(command))
        if isinstance(answer, str) or answer.exit not in command.ok:
            return None
        return backend.removals(answer)

    parts = [partial(_find_removals, ask_manager, part) for part in (together, others)]
    results = dict(run_all(parts, threads=2))
    return (*results[0], *results[1])


def _find_removals(
    ask_manager: Callable[[Sequence[str]], tuple[str, ...] | None],
    groups: Sequence[tuple[str, ...]],
) -> list[Removal]:
    """Find the groups that remove packages, with few questions: usually none does.

    All are asked about in one question. If the answer is not "nothing", the halves are asked about:
    two groups may exclude each other, so they are never installed together.
    """
    if not groups:
        return []
    removed = ask_manager(tuple(dict.fromkeys(name for group in groups for name in group)))
    if removed == ():
        return []
    if len(groups) == 1:
        return [Removal(groups[0], removed)] if removed else []
    half = len(groups) // 2
    halves = [partial(_find_removals, ask_manager, part) for part in (groups[:half], groups[half:])]
    results = dict(run_all(halves, threads=2))
    return [*results[0], *results[1]]


def _read(
    backend: PackageManager,
    command: Command,
    answer: Union[Output, str],
    reader: Callable[[Sequence[str], Output], dict[str, str]],
    names: Sequence[str],
) -> tuple[dict[str, str], str]:
    if isinstance(answer, str):
        return {}, answer
    found, problem = query_results.read(backend, command, answer, reader, names)
    if not found and not problem:
        problem = query_results.unknown_format_problem(command, answer, names)
    return found, problem


def _run_query(command: Command) -> Union[Output, str]:
    """Return a manager's answer, or why it could not be asked."""
    program = command.argv[2] if command.argv[0] == architecture.ARCH else command.argv[0]
    deadline = time.monotonic() + TIME_LIMIT
    try:
        while True:
            remaining = max(deadline - time.monotonic(), 1.0)
            output = ask(command.argv, env=dict(command.env), timeout=remaining, slow=True)
            if not command.busy or not re.search(command.busy, output.stdout + output.stderr):
                return output
            if time.monotonic() + RETRY_SECONDS > deadline:
                return output
            time.sleep(RETRY_SECONDS)
    except TooMuchOutput:
        return f"{program} printed far too much output and was stopped."
    except ProgramTimeout:
        return f"{program} did not answer within {TIME_LIMIT:g} seconds."
    except OSError as error:
        return f"{program} cannot be started: {error.strerror}."
