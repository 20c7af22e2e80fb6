"""Calls of the wizard in this process: its real command line, on a pretended machine."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Callable
from unittest import mock

from screens import cli
from tests.faults.kind import Case, Kind, Setting, Wrong
from tests.screens.pretend import OWN_PYTHON, Pretended
from wizard import engine
from wizard.facts import Facts

CODES = (0, 1, 2, 3, 4, 130)
"""The documented exit codes."""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")
"""Characters that change what a terminal shows, except line feeds and tabs."""

Check = Callable[[Random, Path], str]
"""Runs one case in an empty folder, and returns what is wrong, or nothing."""


@dataclass(frozen=True)
class Answer:
    """What a call of the wizard answered: its exit code, and both outputs as text."""

    code: int
    out: str
    err: str


def call(argv: list[str], *, facts: Facts = OWN_PYTHON, encoding: str = "utf-8") -> Answer:
    """Call the wizard in this process, on a pretended machine, with its output in ``encoding``.

    Its standard input is empty.
    """
    raw = {name: io.BytesIO() for name in ("stdin", "stdout", "stderr")}
    streams = {name: io.TextIOWrapper(raw[name], encoding=encoding) for name in raw}
    pretended = Pretended(facts)
    changed: dict[str, Any] = {**streams}
    with mock.patch.object(engine, "real", pretended.engine), mock.patch.multiple(sys, **changed):
        code = cli.main(argv)
    streams["stdout"].flush()
    streams["stderr"].flush()
    out, err = (raw[name].getvalue().decode(encoding, "replace") for name in ("stdout", "stderr"))
    return Answer(code, out, err)


def wrong(
    answer: Answer, names: tuple[str, ...] = (), *, script: bool = False, log: bool = False
) -> str:
    """Return what is wrong with an answer: empty if it is one that the wizard may give.

    An error must contain one of ``names``, if there are any: the file, or the flags. ``script``
    says that standard output is for a shell, ``log`` that it shows lines of a log.
    """
    text = answer.out + answer.err
    if "This is a bug" in text or ("Traceback (most recent" in text and not log):
        return f"it is reported as a bug: {text[:500]}"
    if answer.code not in CODES:
        return f"the exit code is {answer.code}"
    if answer.code in (2, 3) and not text.strip():
        return f"the exit code is {answer.code}, but nothing says why"
    found = CONTROL.search(answer.err if script else text)
    if found:
        seen = answer.err if script else text
        return f"a control character is written: {seen[max(0, found.start() - 60) : found.end()]!r}"
    if answer.code == 2 and names and not any(name in text for name in names):
        return f"the error does not say where: {text[:300]!r}"
    return ""


def checked(
    argv: list[str], random: Random, names: tuple[str, ...] = (), *, log: bool = False, **more: Any
) -> str:
    """Call the wizard with an output in some encoding; return what is wrong, or nothing."""
    encoding = random.choice(("utf-8", "utf-8", "ascii", "latin-1"))
    script = any(word in ("sh", "powershell", "dockerfile") for word in argv)
    problem = wrong(call(argv, encoding=encoding, **more), names, script=script, log=log)
    return f"{argv}: {problem}" if problem else ""


def kind(name: str, title: str, check: Check, count: int, found: tuple[str, ...] = ()) -> Kind:
    """Return the kind of fault with the cases of ``check``, each with other random numbers."""

    def cases(setting: Setting) -> Iterator[Case]:
        for number in range(1, setting.count + 1):
            yield Case(str(number), _run(check, setting, number))

    right = "a documented exit code, and for an error one sentence that says where; nothing else"
    return Kind(name, title, right, cases, count, max(5, count // 50), seconds=120, found=found)


def _run(check: Check, setting: Setting, number: int) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        work = folder / "work"
        work.mkdir()
        with own_folders(folder), working_in(work):
            problem = check(setting.random(number), work)
        if problem:
            raise Wrong(problem)

    return run


@contextmanager
def own_folders(folder: Path) -> Iterator[None]:
    """Keep the wizard out of this user's folders."""
    variables = {
        "HOME": str(folder / "home"),
        "CRYPTOGRAPHY_WIZARD_STATE": str(folder / "state"),
        "CRYPTOGRAPHY_WIZARD_CACHE": str(folder / "cache"),
    }
    with mock.patch.dict(os.environ, variables):
        yield


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Work in this folder for some time."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
