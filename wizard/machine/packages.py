"""What this machine's package managers have installed, and would install."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Callable, Optional, Union

from backends.action import Command, Output
from backends.manager import PackageManager, called, managers
from wizard.facts import Manager, Package
from wizard.knowledge import Packages, load
from wizard.machine import query_results, system
from wizard.machine.parallel import each
from wizard.programs.processes import ProgramTimeout, TooMuchOutput, ask

PATIENCE = 30.0
"""Seconds. Homebrew takes several, and so does a list on a slow disk."""
AGAIN = 1.0
"""Seconds until a busy manager is asked again."""


def read(
    minors: Sequence[str],
    *,
    known: Optional[Sequence[Packages]] = None,
    family: Optional[frozenset[str]] = None,
) -> tuple[Manager, ...]:
    """Ask every package manager of this machine about the packages that a build may need.

    ``minors`` are the Python versions (``3.11``) that packages may be needed for. ``family`` are
    the names of this system and of related ones (`wizard.machine.system.family`). A manager that
    could not be asked has a ``problem``, one sentence.
    """
    tables = {t.manager: t for t in (load().packages if known is None else known)}
    programs = {name: program(backend) for name, backend in managers().items()}
    own = system.family() if family is None else family
    native = any(programs[n] and own & set(t.distributions) for n, t in tables.items())
    found: list[Manager] = []
    for name, backend in managers().items():
        if not programs[name] or programs.get(backend.yields_to):
            continue
        table = tables.get(name)
        if native and table and table.distributions and not own & set(table.distributions):
            # dnf on Debian is never used, and asking it would leave a database in the home folder.
            continue
        if table:
            found.append(_ask(backend, programs[name], names(table, minors), _own_folders(table)))
        else:
            found.append(Manager(name, programs[name]))
    return tuple(found)


def names(table: Packages, minors: Sequence[str]) -> tuple[str, ...]:
    """Return every package name in a manager's table, for these Python versions, each once."""
    plain = [*table.build, table.libffi, *table.openssl_build, table.pypy_headers]
    for openssl in table.openssl:
        plain += [openssl.package, openssl.version_of, openssl.static, openssl.engine]
    plain += [name for rust in table.rust for name in (*rust.packages, rust.version_of)]
    plain += [
        template.format(minor=minor, digits=minor.replace(".", ""))
        for template in (*table.python_headers, table.venv, table.cryptography)
        for minor in minors
    ]
    return tuple(dict.fromkeys(name for name in plain if name))


def program(backend: PackageManager) -> str:
    """Return the path of a manager's program on this machine, or empty if it is not installed."""
    for place in backend.programs:
        if Path(place).is_absolute():
            if os.access(place, os.X_OK):
                return place
        elif shutil.which(place):
            return str(shutil.which(place))
    return ""


def _own_folders(table: Packages) -> frozenset[str]:
    """The packages whose folder a build must know."""
    ways = (way for way in table.openssl if "{folder}" in way.prefix + way.include + way.lib)
    return frozenset(way.package for way in ways)


def _folder(backend: PackageManager, path: str, name: str) -> str:
    command = backend.ask_folder(name)
    said = _say(called(backend, command, path)) if command else ""
    folder = said.stdout.strip() if isinstance(said, Output) and said.exit == 0 else ""
    return folder if folder.isprintable() and Path(folder).is_absolute() else ""


def _ask(backend: PackageManager, path: str, wanted: Sequence[str], own: frozenset[str]) -> Manager:
    query, offer = backend.query(wanted), backend.ask_candidates(wanted)
    # Some managers answer both questions at once, so they are asked once.
    commands = tuple(dict.fromkeys((query, offer)))
    works = [partial(_say, called(backend, command, path)) for command in commands]
    said = {commands[place]: answer for place, answer in each(works, at_once=2)}
    installed, first = _read(backend, query, said[query], backend.installed, wanted)
    candidates, second = _read(backend, offer, said[offer], backend.candidates, wanted)
    known = tuple(
        Package(name, installed.get(name, ""), candidates.get(name, ""))
        for name in wanted
        if installed.get(name) or candidates.get(name)
    )
    known = tuple(
        replace(package, folder=_folder(backend, path, package.name))
        if package.name in own
        else package
        for package in known
    )
    return Manager(backend.name, path, known, first or second)


def _read(
    backend: PackageManager,
    command: Command,
    said: Union[Output, str],
    reader: Callable[[Sequence[str], Output], dict[str, str]],
    names: Sequence[str],
) -> tuple[dict[str, str], str]:
    if isinstance(said, str):
        return {}, said
    found, problem = query_results.read(backend, command, said, reader, names)
    if not found and not problem:
        problem = query_results.strange(command, said, names)
    return found, problem


def _say(command: Command) -> Union[Output, str]:
    """Return a manager's answer, or why it could not be asked."""
    shown = command.argv[0]
    limit = time.monotonic() + PATIENCE
    try:
        while True:
            left = max(limit - time.monotonic(), 1.0)
            said = ask(command.argv, env=dict(command.env), timeout=left)
            if not command.busy or not re.search(command.busy, said.stdout + said.stderr):
                return said
            if time.monotonic() + AGAIN > limit:
                return said
            time.sleep(AGAIN)
    except TooMuchOutput:
        return f"{shown} printed far too much output and was stopped."
    except ProgramTimeout:
        return f"{shown} did not answer within {PATIENCE:g} seconds."
    except OSError as error:
        return f"{shown} cannot be started: {error.strerror}."
