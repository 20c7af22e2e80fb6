"""What a package manager's output means, and whether it can be trusted.

A manager can be broken, wrapped in a script that ignores ``LC_ALL``, or another program with the
same name. Then its packages are unknown, which is reported in one sentence. It is not raised as an
error, and does not count as "no packages".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backends.action import Command, Output
from backends.manager import PackageManager, Problem
from wizard.programs.processes import signal_name

LONGEST = 200
"""The number of characters of a manager's own message that are repeated."""


def read(
    backend: PackageManager,
    command: Command,
    said: Output,
    reader: Callable[[Sequence[str], Output], dict[str, str]],
    names: Sequence[str],
) -> tuple[dict[str, str], str]:
    """Return what ``said``, the output of ``command``, says about these packages, using ``reader``.

    The second value says why the output cannot be trusted, in one sentence; empty if it can.
    """
    shown = command.argv[0]
    try:
        found = reader(names, said)
    except Exception as error:  # noqa: BLE001 - an answer of another shape: said, not raised
        return {}, f"{shown} printed output in an unknown format: {_line(str(error))}."
    if said.exit in command.ok:
        return found, ""
    problem = backend.explain(said)
    if problem is None or problem.kind == "unknown-package":
        return found, ""
    return found, _failed(shown, said, problem)


def strange(command: Command, said: Output, names: Sequence[str]) -> str:
    """Return why an output without any of these packages is not an answer; empty if it is.

    It is an answer if it is empty, or if it names at least one package as missing.
    """
    text = f"{said.stdout}\n{said.stderr}"
    if said.exit not in command.ok or any(name in text for name in names):
        return ""
    first = next((line for line in said.stdout.splitlines() if line.strip()), "")
    return first and f"{command.argv[0]} printed output in an unknown format: {_line(first)}."


def _failed(shown: str, said: Output, problem: Problem) -> str:
    if said.exit < 0:
        return f"{shown} was ended by a signal ({signal_name(said.exit) or -said.exit})."
    line = problem.line
    if problem.kind == "other" and line.endswith(f"ended with exit {said.exit}"):
        # No line was recognized: the last error message is the most useful.
        spoken = [words for words in (said.stderr or said.stdout).splitlines() if words.strip()]
        last = f": {_line(spoken[-1])}" if spoken else ""
        return f"{shown} ended with exit code {said.exit}{last}."
    return f"{shown}: {_line(line or problem.kind)}."


def _line(text: str) -> str:
    """Return one line that is safe for a terminal, without its full stop."""
    short = " ".join(text[: 4 * LONGEST].split())
    plain = "".join(each if each.isprintable() else "?" for each in short)
    return (plain if len(plain) <= LONGEST else f"{plain[:LONGEST]} …").rstrip(" .:")
