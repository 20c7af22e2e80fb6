"""What somebody who helps needs to know about a run, in one archive without secrets."""

from __future__ import annotations

import getpass
import json
import os
import platform
import socket
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wizard import __version__
from wizard.codec import to_json
from wizard.errors import BadRequest, WizardError
from wizard.facts import Facts
from wizard.history import secrets
from wizard.history.past_runs import PastRun
from wizard.masking import Masker
from wizard.running import journal, step_log
from wizard.running.journal import LOGS
from wizard.wording import count, joined


@dataclass(frozen=True)
class Part:
    """One file of a report: its name in the archive, and its text without secrets."""

    name: str
    text: str


@dataclass(frozen=True)
class Report:
    """The JSON form of a report: the archive that was written, or empty, and its contents."""

    file: str
    parts: tuple[Part, ...]
    schema: int = 1


def make_report(run: PastRun, facts: Facts, *, anonymous: bool = False) -> tuple[Part, ...]:
    """Return the files of the report about a run, on a machine with these facts.

    ``anonymous`` also replaces the names of the user and of the machine, and the home folder.
    """
    mask = _masker(anonymous=anonymous)
    parts = [
        Part("versions.txt", _versions()),
        Part("run.txt", _summary(run)),
        Part("facts.json", to_json(facts)),
    ]
    folder = Path(run.folder)
    files = [
        folder / name for name in (journal.PLAN_FILE, journal.FILE, journal.ANSWERS_FILE)
    ] + sorted((folder / LOGS).glob("*.log"))
    for file in files:
        name = f"{LOGS}/{file.name}" if file.parent.name == LOGS else file.name
        text = _read(file)
        if text:
            parts.append(Part(name, text))
    return tuple(Part(mask(part.name), mask(part.text)) for part in parts)


def default_name(run: PastRun) -> str:
    """Return the file name of the archive about a run."""
    return f"cryptography-wizard-report-{run.name}.zip"


def contents(parts: Sequence[Part], file: Path, *, anonymous: bool = False) -> tuple[str, ...]:
    """Return what the archive ``file`` will contain, as a few lines: it can have many logs.

    ``anonymous`` says how `make_report` was called.
    """
    logs = [part for part in parts if part.name.startswith(f"{LOGS}/")]
    return (
        f"{file} will contain:",
        *(f"  {part.name}  ({_size(part)} bytes)" for part in parts if part not in logs),
        f"  {LOGS}/  ({count(len(logs), 'file')}, {sum(map(_size, logs))} bytes)",
        "Passwords and tokens are masked.",
        *(_replaced() if anonymous else ()),
    )


def _replaced() -> Iterator[str]:
    """Say what an anonymous report contains instead of names, and which names stay."""
    found = [one for one in _personal() if one.text]
    said = joined(f"{one.what} by {one.by}" for one in found if one.is_replaced)
    if said:
        yield f"These are replaced: {said}."
    for one in found:
        if not one.is_replaced:
            yield f"Not replaced: {one.what} ({one.text}), which is also a part of other words."


def _size(part: Part) -> int:
    return len(part.text.encode())


def require_free(file: Path) -> None:
    """Raise BadRequest if the file exists: no archive replaces it."""
    if os.path.lexists(file):
        raise _exists(file)


def _exists(file: Path) -> BadRequest:
    return BadRequest(f"{file} exists already.", hints=("Choose another name: --output FILE",))


def write(parts: tuple[Part, ...], file: Path) -> None:
    """Write the archive. Raises WizardError if that is not possible, or if the file exists."""
    try:
        with file.open("xb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in parts:
                archive.writestr(part.name, part.text)
        file.chmod(0o600)
    except FileExistsError:
        raise _exists(file) from None
    except OSError as error:
        raise WizardError(f"{file} cannot be written.", shown=error.strerror or "") from None


def _masker(*, anonymous: bool) -> Masker:
    found = secrets.find(Path.home(), os.environ, Path.cwd())
    replaced = [(one.text, one.by) for one in _personal() if one.is_replaced] if anonymous else []
    # Other names of the same: a home folder that is a link, a computer within its domain.
    others = {"~": os.path.realpath(Path.home()), "HOST": socket.gethostname().partition(".")[0]}
    present = {by for _, by in replaced}
    replaced += [(text, by) for by, text in others.items() if by in present and len(text) > 2]
    return Masker(found, replaced)


@dataclass(frozen=True)
class _Personal:
    """A text that says whose machine it is, what it is, and what an anonymous report says."""

    what: str
    text: str
    by: str

    @property
    def is_replaced(self) -> bool:
        """Whether it is long enough to be found: two letters are in many words."""
        return len(self.text) > 2


def _personal() -> tuple[_Personal, ...]:
    return (
        _Personal("the home folder", str(Path.home()), "~"),
        _Personal("the name of this computer", socket.gethostname(), "HOST"),
        _Personal("the user name", _user_name(), "USER"),
    )


def _user_name() -> str:
    """Return the name that tells who this user is; empty if the system knows only a number."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):  # what is raised depends on Python and system
        return ""
    return "" if name == "root" else name


def _read(file: Path) -> str:
    if file.is_symlink() or not file.is_file():
        return ""  # the wizard makes no links, and a pipe might never answer
    try:
        return "\n".join(step_log.read(file).lines) + "\n"
    except OSError:
        return ""  # this run has no such file


def _versions() -> str:
    return (
        f"cryptography-wizard {__version__}\n"
        f"Python {sys.version.split()[0]}, {platform.python_implementation()}\n"
        f"{platform.platform()}\n"
    )


def _summary(run: PastRun) -> str:
    lines = [f"{run.name}: {run.outcome}", run.title, run.target, run.problem]
    for step in run.state.steps if run.state else ():
        lines.append(f"{step.number}. {step.step.title}: {step.status}")
        ended = step.ended
        if ended and ended.cause:
            lines += [f"   {ended.cause}", *(f"   | {line}" for line in ended.excerpt)]
            lines += [f"   - {hint}" for hint in ended.hints]
    proof = run.state.result.report if run.state and run.state.result else None
    if proof is not None:
        lines += ["The proof:", json.dumps(proof.problems, ensure_ascii=False)]
    return "\n".join(line for line in lines if line) + "\n"
