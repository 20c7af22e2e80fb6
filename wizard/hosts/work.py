"""Carry out the wizard on many hosts at the same time, and yield what happens."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import assets
from wizard import checksums
from wizard.errors import WizardError
from wizard.hosts import engine_search
from wizard.hosts.inventory import Inventory
from wizard.programs import processes
from wizard.programs.target_scripts import resource

SECONDS = 2 * 60 * 60
"""How many seconds the wizard may work on one host."""
TICK = 0.2


def prepare_command(digest: str) -> str:
    """Return the shell script that says whether a host has the archive with this SHA-256."""
    return _with((digest,), "hosts/prepare.sh")


def run_command(digest: str, minor: int, arguments: Sequence[str]) -> str:
    """Return the shell script that starts the archive with these arguments on a host.

    The archive needs this minor version of Python 3, or a newer one.
    """
    return _with((digest, str(minor), *arguments), "hosts/run.sh")


def _with(arguments: Sequence[str], script: str) -> str:
    return f"set -- {shlex.join(arguments)}\n{assets.text(script)}"


@dataclass(frozen=True)
class Work:
    """What is carried out on the hosts of an inventory.

    ``file`` is the wizard as one file, which needs this ``minor`` version of Python 3 or a newer
    one. ``arguments`` are what it is started with, and ``given`` is what it reads on its standard
    input there; both have the names of the hosts. ``parallel`` hosts work at the same time.
    """

    inventory: Inventory
    file: Path
    minor: int
    arguments: Mapping[str, Sequence[str]]
    given: Mapping[str, str]
    parallel: int


def carried_out(work: Work, password: str = "") -> Iterator[dict[str, Any]]:
    """Run the wizard on each host, and yield the events of `driver`.

    ``password`` is that of SSH, or of the hosts' keys; it reaches the driver through a pipe. An
    empty event comes whenever nothing has happened for a moment. Raises Impossible without pyinfra,
    and WizardError if it does not work.
    """
    words = engine_search.words()
    # ssh makes this folder too; pyinfra fails without it, because it keeps the hosts' keys there.
    (Path.home() / ".ssh").mkdir(mode=0o700, exist_ok=True)
    digest = checksums.of_file(work.file)
    request = {
        "archive": str(work.file.absolute()),
        "prepare": prepare_command(digest),
        "parallel": work.parallel,
        "seconds": SECONDS,
        "hosts": [
            {
                "name": host.name,
                "data": host.data(password),
                "input": work.given[host.name],
                "run": run_command(digest, work.minor, work.arguments[host.name]),
            }
            for host in work.inventory.hosts
        ],
    }
    with resource("wizard.hosts", "driver.py") as script:
        running = processes.start(
            (*words, str(script)),
            env={**os.environ, "PYINFRA_PROGRESS": "off", "PYTHONUTF8": "1"},
            detached=True,
            given=json.dumps(request).encode(),
        )
        try:
            yield from _events(running)
        finally:
            running.end()


def _events(running: processes.Running) -> Iterator[dict[str, Any]]:
    rest = ""
    others: list[str] = []
    while not running.over:
        rest += running.read(TICK).decode("utf-8", "replace")
        *lines, rest = rest.split("\n")
        for line in lines:
            event = _event(line)
            if event is None:
                others.append(line)
                del others[:-20]
            else:
                yield event
        yield {}
    if running.exit:
        raise WizardError(
            "pyinfra ended with an error, so the hosts that have not ended are unknown.",
            shown="\n".join(others[-8:]),
            hints=("Try it alone: pyinfra @local exec -- true",),
        )


def _event(line: str) -> dict[str, Any] | None:
    if not line.startswith('{"host": '):
        return None
    try:
        values = json.loads(line)
    except ValueError:
        return None
    return values if isinstance(values, dict) else None
