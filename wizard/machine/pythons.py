"""Find the Pythons of this machine, and choose the recommended one."""

# Paths are kept as the user wrote them; Path would normalize them.
# ruff: noqa: PTH100, PTH110, PTH111, PTH113, PTH118, PTH119, PTH120, PTH202, PTH208

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Optional

from backends.manager import managers
from wizard import unfinished
from wizard.choices import Choices
from wizard.facts import Python
from wizard.index.source import IndexSource
from wizard.machine import storage
from wizard.machine.inspection import inspect
from wizard.machine.parallel import run_all
from wizard.machine.system import developer_tools
from wizard.programs.processes import ProgramTimeout, ask
from wizard.project.found import is_wizards_clone
from wizard.versions import at_least

ENVIRONMENT_FOLDERS = (".venv", "venv", "cryptography-env")
"""The folders in which the wizard looks for an environment; the last is its default."""
FIRST_ORIGINS = ("asked", "active", "folder", "path", "pyenv")
LATER_ORIGINS = ("launcher", "uv", "wizard")
PROGRAM_NAMES = re.compile(r"(?:python3?|python3\.\d+t?|pypy3?(?:\.\d+)?)(?:\.exe)?")
SHIM_FOLDER = "shims"
"""The folder of pyenv's (asdf's, mise's) scripts, each of which starts one of several Pythons."""

Inspected = tuple[Python, Optional[IndexSource]]


@dataclass(frozen=True)
class Candidate:
    """A possible Python. ``environment`` is the folder of its environment.

    ``minor`` is the version in its file name, such as (3, 11); (0, 0) if there is none.
    """

    path: str
    origin: str
    environment: str = ""
    minor: tuple[int, int] = (0, 0)


def find(
    choices: Choices,
    folder: str,
    *,
    everything: bool,
    on_found: Callable[[Python, IndexSource], None],
) -> tuple[tuple[Python, ...], dict[str, IndexSource]]:
    """Inspect the Pythons of this machine; the first one returned is recommended.

    Without ``everything``, it stops at the first one that is suitable for these choices.
    ``on_found`` is called in this thread for each working Python as soon as it is known, with the
    index that its pip uses. The dictionary contains these indexes by the path of the Python.
    """
    found: list[Inspected] = []
    for batch in _batches(choices, folder, everything=everything):
        for inspected in _inspect(batch):
            found.append(inspected)
            python, source = inspected
            if source is not None and not python.problem:
                on_found(python, source)
        if any(_is_suitable(python, choices) for python, _ in found):
            break
    unique = _unique(sorted(found, key=lambda result: _rank(result[0])))
    return tuple(p for p, _ in unique), {p.path: s for p, s in unique if s is not None}


def in_environment(folder: str) -> Optional[Python]:
    """Inspect the Python of the environment in ``folder``; None if no environment is there."""
    asked = next(_in_environment(folder, "asked"), None)
    return _inspect_one(asked)[0] if asked else None


def candidates(choices: Choices, folder: str) -> tuple[Candidate, ...]:
    """Return every possible Python, the most likely recommendation first."""
    found: list[Candidate] = []
    identities: set[tuple[str, str]] = set()
    wizard_environment = os.path.realpath(sys.prefix) if sys.prefix != sys.base_prefix else ""
    for candidate in _all_candidates(choices, folder):
        environment = os.path.realpath(candidate.environment) if candidate.environment else ""
        if environment and environment == wizard_environment and candidate.origin != "asked":
            continue  # nothing is installed into the wizard's own environment
        if (os.path.realpath(candidate.path), environment) not in identities:
            identities.add((os.path.realpath(candidate.path), environment))
            found.append(candidate)
    return tuple(found)


def minors(choices: Choices, folder: str) -> tuple[str, ...]:
    """Return the versions (``3.11``) in the names of the Pythons here, the newest first."""
    found = {candidate.minor for candidate in candidates(choices, folder)} - {(0, 0)}
    return tuple(f"{major}.{minor}" for major, minor in sorted(found, reverse=True))


def _batches(choices: Choices, folder: str, *, everything: bool) -> Iterator[Sequence[Candidate]]:
    all_candidates = candidates(choices, folder)
    if everything or choices.targets:  # any of them may have the requested version
        yield all_candidates
        return
    requested = [candidate for candidate in all_candidates if candidate.origin == "asked"]
    if requested:
        yield requested
        if choices.python or any(candidate.environment for candidate in requested):
            return
    elif not choices.venv:
        # Of the environments in the folder, only the wizard's own is used without a request.
        default = os.path.join(folder, ENVIRONMENT_FOLDERS[-1])
        yield [e for e in all_candidates if e.origin == "active" or e.environment == default]
    others = [
        candidate
        for candidate in all_candidates
        if candidate.origin not in ("asked", "active", "folder")
    ]
    path = [candidate for candidate in others if candidate.origin == "path"]
    # The names show the newest; a shim must be run to find out which Python it starts.
    newest = sorted(path, key=lambda candidate: candidate.minor, reverse=True)[:1]
    first = [*newest, *(e for e in path if e.minor == (0, 0) and e not in newest)][:2]
    yield first
    remaining = [candidate for candidate in others if candidate not in first]
    for start in range(0, len(remaining), 2):
        yield remaining[start : start + 2]


def _inspect(batch: Sequence[Candidate]) -> Iterator[Inspected]:
    """Inspect in parallel, as many as there are cores, and yield each when it is known."""
    inspections = [partial(_inspect_one, candidate) for candidate in batch]
    for _, inspected in run_all(inspections, threads=max(2, min(8, os.cpu_count() or 2))):
        yield inspected


def _inspect_one(candidate: Candidate) -> Inspected:
    program = _find_program(candidate.path)
    python, source = inspect(program, candidate.origin)
    if candidate.origin == "asked":
        # The requested path stays, so that the target is found by it.
        python = replace(python, path=candidate.path)
    elif os.path.basename(os.path.dirname(candidate.path)) == SHIM_FOLDER and python.base:
        python = replace(python, path=python.base)
    if candidate.environment and (python.problem or _is_environment(python, candidate.environment)):
        python = replace(python, environment=candidate.environment)
    return python, source


def _find_program(path: str) -> str:
    """Return the program with this name on PATH, or anything else unchanged."""
    return path if os.path.dirname(path) else shutil.which(path) or path


def _is_environment(python: Python, folder: str) -> bool:
    return os.path.realpath(python.environment) == os.path.realpath(os.path.expanduser(folder))


def _is_suitable(python: Python, choices: Choices) -> bool:
    """Return whether this Python can be the target, so that the search can stop."""
    if python.problem:
        return False
    if choices.venv and python.environment and python.origin != "asked":
        return False
    return bool(python.environment or python.ensurepip)


def _rank(python: Python) -> tuple[object, ...]:
    """Return a sort key: requested Pythons first, then working ones, newest first."""
    preferred = (*FIRST_ORIGINS, *managers(), "python.org")
    origins = preferred + LATER_ORIGINS
    usable = bool(python.environment or python.ensurepip)
    return (
        python.origin != "asked",
        bool(python.problem),
        min(origins.index(python.origin), len(preferred)),
        bool(re.search(r"[a-z]", python.version)),  # not released yet
        not usable,
        python.free_threaded,
        python.implementation != "cpython",
        bool(python.version) and not at_least(python.version, "3.9"),
        tuple(-int(part) for part in re.findall(r"\d+", python.version)[:3]),
    )


def _unique(inspected: Iterable[Inspected]) -> list[Inspected]:
    """Return one entry for each real interpreter and environment, regardless of its names."""
    unique: dict[tuple[str, str], Inspected] = {}
    for python, source in inspected:
        interpreter = os.path.realpath(python.base or python.path)
        unique.setdefault(
            (interpreter, os.path.realpath(python.prefix or python.path)), (python, source)
        )
    return list(unique.values())


# Where Pythons are installed.


def _all_candidates(choices: Choices, folder: str) -> Iterator[Candidate]:
    if choices.python:
        program = _find_program(os.path.expanduser(choices.python))
        yield Candidate(choices.python, "asked", _environment_of(program))
    for path in filter(os.path.isabs, choices.targets.split(",")):
        yield Candidate(path, "asked", _environment_of(path), _minor_in_name(path))
    if choices.venv:
        yield from _in_environment(choices.venv, "asked")
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if os.environ.get(name):
            yield from _in_environment(os.environ[name], "active")
    in_clone = is_wizards_clone(Path(folder))
    for name in ENVIRONMENT_FOLDERS[1 if in_clone else 0 :]:  # the first is the wizard's own
        yield from _in_environment(os.path.join(folder, name), "folder")
    if in_clone or storage.cloud(Path(folder)):  # then the default folder is in the home folder
        yield from _in_environment(os.path.join(Path.home(), ENVIRONMENT_FOLDERS[-1]), "folder")
    yield from _from_path()
    yield from _in_folders("pyenv", _newest_first(_pyenv_root() / "versions"), ("bin", ""))
    for manager in managers().values():
        for prefix in manager.prefixes:
            if sys.platform == "darwin" or prefix != "/usr/local":  # on Linux, others use it too
                yield from _programs(os.path.join(prefix, "bin"), manager.name)
    frameworks = Path("/Library/Frameworks/Python.framework/Versions")
    yield from _in_folders("python.org", _newest_first(frameworks), ("bin",))
    yield from _from_launcher()
    yield from _in_folders("uv", _newest_first(_uv_folder()), ("bin", ""))
    base = getattr(sys, "_base_executable", "") or os.path.realpath(sys.executable)
    yield Candidate(base, "wizard", minor=(sys.version_info[0], sys.version_info[1]))


def _in_environment(folder: str, origin: str) -> Iterator[Candidate]:
    expanded = os.path.expanduser(folder)
    markers = (os.path.join(expanded, "pyvenv.cfg"), os.path.join(expanded, "conda-meta"))
    if not any(os.path.exists(marker) for marker in markers):
        return
    if unfinished.is_left(Path(expanded)):
        return  # the run that made it was cut off, so it is made again
    for inside in (("bin", "python"), ("Scripts", "python.exe"), ("python.exe",)):
        # A broken link counts: the environment exists, but is broken.
        if os.path.lexists(os.path.join(expanded, *inside)):
            yield Candidate(os.path.join(folder, *inside), origin, folder)
            return


def _from_path() -> Iterator[Candidate]:
    for folder in dict.fromkeys(os.get_exec_path()):
        if os.path.basename(folder.rstrip("/\\")) == SHIM_FOLDER:
            # The other Pythons of pyenv are found by their own folders.
            names = [n for n in ("python3", "python") if os.path.exists(os.path.join(folder, n))]
            for name in names[:1]:
                yield Candidate(os.path.join(folder, name), "path")
        elif folder:
            yield from _programs(folder, "path")


def _programs(folder: str, origin: str) -> Iterator[Candidate]:
    if folder == "/usr/bin" and not developer_tools():
        return  # a Mac's placeholders would open a window that offers to install Xcode
    try:
        names = sorted(name for name in os.listdir(folder) if PROGRAM_NAMES.fullmatch(name))
    except OSError:
        return  # PATH may name folders that do not exist or are not readable
    # python3 before python3.11: if two names are the same program, the first one is kept.
    for name in sorted(names, key=lambda name: (len(name) > len("python3"), name)):
        path = os.path.join(folder, name)
        # Windows puts empty files on PATH that open its app store.
        if os.path.isfile(path) and os.access(path, os.X_OK) and os.path.getsize(path):
            yield Candidate(path, origin, _environment_of(path), _minor_in_name(path))


def _in_folders(origin: str, folders: Iterable[Path], inside: Sequence[str]) -> Iterator[Candidate]:
    for folder in folders:
        for name in ("python3", "python", "python.exe", "pypy3"):
            path = next((p for p in (folder / i / name for i in inside) if p.is_file()), None)
            if path is not None:
                yield Candidate(str(path), origin, minor=_minor_in_name(str(path)))
                break


def _newest_first(folder: Path) -> list[Path]:
    """Return the subfolders, the highest version number in a name first."""
    try:
        folders = [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []  # the usual case: the folder does not exist

    def numbers(path: Path) -> tuple[list[int], str]:
        return [int(number) for number in re.findall(r"\d+", path.name)[:3]], path.name

    return sorted(folders, key=numbers, reverse=True)


def _pyenv_root() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def _uv_folder() -> Path:
    configured = os.environ.get("UV_PYTHON_INSTALL_DIR")
    if configured:
        return Path(configured)
    if os.name == "nt":
        return Path(os.environ.get("APPDATA", "")) / "uv" / "python"
    shared = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(shared) / "uv" / "python"


def _from_launcher() -> Iterator[Candidate]:
    """Yield the Pythons that Windows' ``py`` launcher lists (``py -0p``)."""
    if os.name != "nt":
        return
    try:
        output = ask(("py", "-0p"), timeout=5)
    except (OSError, ProgramTimeout):
        return  # no launcher here; PATH is searched anyway
    yield from parse_launcher_output(output.stdout)


def parse_launcher_output(text: str) -> Iterator[Candidate]:
    """Read the output of ``py -0p``: a version, perhaps a star, and a path on each line."""
    for line in text.splitlines():
        match = re.match(r"\s*-(?:V:)?(\d+)\.(\d+)\S*\s+(?:\*\s+)?(\S.*\.exe)\s*$", line)
        if match:
            yield Candidate(match[3], "launcher", minor=(int(match[1]), int(match[2])))


def _environment_of(program: str) -> str:
    """Return the folder of the environment that contains a program, or an empty string."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(program)))
    return folder if os.path.isfile(os.path.join(folder, "pyvenv.cfg")) else ""


def _minor_in_name(path: str) -> tuple[int, int]:
    real_path = os.path.realpath(path)
    match = re.search(r"python(\d)\.(\d+)t?(?:\.exe)?$", real_path) or re.search(
        r"[/\\](?:cpython-)?(\d)\.(\d+)\.\d+", real_path
    )
    return (int(match[1]), int(match[2])) if match else (0, 0)
