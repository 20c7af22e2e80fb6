"""Why an installed cryptography could not be proved, and what to do about it.

The proof is written as a log: what this machine is, what the proof's program printed, and what was
found. The diagnosis (`wizard.diagnosis`) explains it like any other log, also a pasted one.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.machine import fips, processor, system
from wizard.proof.verify import Report, sentences

if TYPE_CHECKING:
    from wizard.diagnosis.diagnose import Diagnosis

NOT_INSTALLED = "cryptography-not-installed"
"""The id of the cause that nothing is installed, which is no surprise before an installation."""
VARIABLES = (
    *("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH"),
    *("DYLD_INSERT_LIBRARIES", "OPENSSL_CONF", "OPENSSL_MODULES", "QEMU_CPU"),
)
"""Variables that decide which files a Python loads, and what they may do."""
_LABELS = {"ok": "ok", "failed": "FAILED", "warning": "note"}


def explain(report: Report, machine: Mapping[str, str] | None = None) -> Diagnosis:
    """Explain a report that is not ``ok``.

    ``machine`` are the facts of this machine (`wizard.diagnosis.platforms.of_machine`); None reads
    them.
    """
    from wizard.diagnosis import diagnose, platforms  # slow to import

    if machine is None:
        machine = platforms.of_system(system.read())
    return diagnose.diagnose(log_of(report), {**machine, **_places(report.python)})


def log_of(report: Report) -> tuple[str, ...]:
    """Return a proof as the lines of a log."""
    found = (f"{_LABELS[mark]}: {text}".splitlines() for mark, text in sentences(report))
    lines = [_title(report.python)]
    if not report.ok:
        lines += [*_surroundings(), *report.output]
    return (*lines, *(line for texts in found for line in texts))


def _title(python: str) -> str:
    places = _places(python)
    environment = f", in the environment {places['home']}" if "home" in places else ""
    return f"Proof of {places['interpreter']}{environment}"


def _places(python: str) -> dict[str, str]:
    """Return the facts ``interpreter`` and ``home``, the environment, as words of a command."""
    path = os.path.abspath(python)  # noqa: PTH100 - a link must stay one: it says which venv
    environment = Path(path).parent.parent
    places = {"interpreter": _shown(path)}
    if (environment / "pyvenv.cfg").is_file():
        places["home"] = _shown(str(environment))
    return places


def _shown(path: str) -> str:
    """Return a path as a word of a command."""
    return path if sys.platform == "win32" else shlex.quote(path)


def _surroundings() -> Iterator[str]:
    """Yield what decides on this machine whether a compiled file can be loaded."""
    if Path(processor.CPUINFO).is_file():
        kind = processor.read(system.machine())
        if kind.emulator:
            yield f"This processor is emulated by {kind.emulator}."
        elif kind.name:
            yield f"This processor: {kind.name}."
    mode = fips.read(system.certificates(), os.environ)
    if mode.demanded:
        yield f"FIPS mode is on{f' ({mode.configuration})' if mode.configuration else ''}."
    for name in VARIABLES:
        if os.environ.get(name):
            yield f"{name} is set: {os.environ[name]}"
