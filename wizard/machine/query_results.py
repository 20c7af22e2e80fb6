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

MAX_MESSAGE = 200
"""The number of characters of a manager's own message that are repeated."""


def read(
    backend: PackageManager,
    command: Command,
    output: Output,
    reader: Callable[[Sequence[str], Output], dict[str, str]],
    names: Sequence[str],
) -> tuple[dict[str, str], str]:
    """Return what the output of ``command`` says about these packages, read by ``reader``.

    The second value says why the output cannot be trusted, in one sentence; empty if it can.
    """
    program = command.argv[0]
    try:
        found = reader(names, output)
    except Exception as error:  # noqa: BLE001 - an unknown format is reported, not raised
        return {}, f"{program} printed output in an unknown format: {_one_line(str(error))}."
    if output.exit in command.ok:
        return found, ""
    problem = backend.explain(output)
    if problem is None or problem.kind == "unknown-package":
        return found, ""
    return found, _failure_sentence(program, output, problem)


def unknown_format_problem(command: Command, output: Output, names: Sequence[str]) -> str:
    """Return why an output without any of these packages is not an answer; empty if it is.

    It is an answer if it is empty, or if it names at least one package as missing.
    """
    text = f"{output.stdout}\n{output.stderr}"
    if output.exit not in command.ok or any(name in text for name in names):
        return ""
    first = next((line for line in output.stdout.splitlines() if line.strip()), "")
    return first and f"{command.argv[0]} printed output in an unknown format: {_one_line(first)}."


def _failure_sentence(program: str, output: Output, problem: Problem) -> str:
    if output.exit < 0:
        return f"{program} was ended by a signal ({signal_name(output.exit) or -output.exit})."
    line = problem.line
    if problem.kind == "other" and line.endswith(f"ended with exit {output.exit}"):
        # No line was recognized: the last error message is the most useful.
        messages = [text for text in (output.stderr or output.stdout).splitlines() if text.strip()]
        last = f": {_one_line(messages[-1])}" if messages else ""
        return f"{program} ended with exit code {output.exit}{last}."
    return f"{program}: {_one_line(line or problem.kind)}."


def _one_line(text: str) -> str:
    """Return one line that is safe for a terminal, without its full stop."""
    short = " ".join(text[: 4 * MAX_MESSAGE].split())
    plain = "".join(c if c.isprintable() else "?" for c in short)
    return (plain if len(plain) <= MAX_MESSAGE else f"{plain[:MAX_MESSAGE]} …").rstrip(" .:")
