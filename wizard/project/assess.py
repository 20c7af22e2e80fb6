"""Read a project, resolve it, and say which releases of cryptography it allows."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Optional

from wizard.addresses import masked
from wizard.facts import Project, Python, Unresolved
from wizard.installed import split
from wizard.limits import Limit
from wizard.markers import marker_environment
from wizard.programs.processes import ProgramTimeout
from wizard.project import reading, resolution
from wizard.project.contents import CRYPTOGRAPHY, Contents, Stated, applies, unreadable
from wizard.project.resolution import Resolution
from wizard.versions import allows

LONGEST_MESSAGE = 30
"""How many lines of a resolver's message are kept."""


def assess(
    text: str,
    python: Python,
    *,
    system: str,
    folder: str,
    uv: str,
    env: Sequence[tuple[str, str]] = (),
    options: Sequence[str] = (),
    application: bool = False,
    index_problem: str = "",
) -> Project:
    """Return what ``--for TEXT`` requires of cryptography, for a Python.

    ``system`` is `wizard.facts.System.name`, ``folder`` the working folder, ``uv`` the path of uv
    or empty, ``env`` variables for the resolver, ``options`` more options for uv. With
    ``application``, the commands of a plain requirement are read, even if that costs a download.
    ``index_problem`` says why the index could not be read just before. Raises BadRequest if the
    project cannot be read.
    """
    environment = marker_environment(python, system)
    contents = reading.read(text, folder, environment)
    place = str(Path(contents.file).parent) if contents.file else folder
    stated = [row for row in contents.stated if applies(row, environment)]
    own = [row for row in stated if row.names(CRYPTOGRAPHY)]
    wrong_python = not allows(contents.pythons, python.version)
    found, failure = (
        (Resolution(), ())
        if wrong_python
        else _resolve(contents, python, uv, place, env, options, index_problem)
    )
    commands = found.commands
    if application and commands is None and contents.kind == "requirement":
        commands = _commands(contents, python, found, uv=uv, folder=place, env=env)
    limits = (*_own_limits(own), *_dependents(contents, found, stated))
    return Project(
        path=text,
        kind=contents.kind,
        name=contents.name,
        file=contents.file,
        folder=place,
        requirements=_requirements(contents, stated),
        limits=tuple(dict.fromkeys(limits)),
        hashes=tuple(dict.fromkeys(value for row in own for value in row.hashes)),
        checked=any(row.hashes for row in stated),
        resolver="lock" if contents.locked else found.tool,  # type: ignore[arg-type]
        uses_cryptography=bool(own) or CRYPTOGRAPHY in found.versions,
        installer=_installer(contents),
        pythons=contents.pythons,
        problem=_problem(contents, python, found, wrong_python=wrong_python),
        shown="\n".join(found.problem.splitlines()[:LONGEST_MESSAGE]),
        unresolved=_unresolved(contents, found),
        notes=(*contents.notes, *failure),
        commands=commands,
    )


def _commands(
    contents: Contents,
    python: Python,
    found: Resolution,
    *,
    uv: str,
    folder: str,
    env: Sequence[tuple[str, str]],
) -> Optional[tuple[str, ...]]:
    """Return the commands of a plain requirement; None if they could not be read."""
    name, _ = split(contents.stated[0].text)
    if name not in found.versions:
        return None
    requirement = f"{name}=={found.versions[name]}"
    try:
        return resolution.commands(requirement, python, uv=uv, folder=folder, env=env)
    except (OSError, ProgramTimeout):
        return None  # pipx itself says if there are none


def _problem(contents: Contents, python: Python, found: Resolution, *, wrong_python: bool) -> str:
    """Return why the project cannot be installed, or nothing."""
    if wrong_python:
        return (
            f"{contents.name} needs Python {contents.pythons} ({contents.file}), but this is "
            f"Python {python.version}."
        )
    if not found.problem:
        return ""
    name, absent = masked(contents.name), _absent(contents, found)
    if found.unreachable:
        return f"The packages of {name} could not be found: the package index does not answer."
    if not found.conflict:
        return f"The requirements of {name} could not be resolved."
    if contents.kind == "requirement":
        return f"{name} cannot be installed."
    if absent is not None:
        return absent
    return f"The requirements of {name} cannot be installed together."


def _absent(contents: Contents, found: Resolution) -> Optional[str]:
    """Return which of the stated packages the index does not have, and where it is stated."""
    package = resolution.missing(found.problem)
    row = next((r for r in contents.stated if r.names(package.partition("==")[0])), None)
    if not package or row is None:
        return None
    where = f"{row.file}:{row.line}" if row.line else row.file or masked(contents.name)
    return f"The package index has no {package} for this Python, which {where} names."


def _unresolved(contents: Contents, found: Resolution) -> Unresolved:
    if not found.problem:
        return ""
    if found.unreachable:
        return "network"
    if _absent(contents, found):
        return "absent"
    return "versions" if found.conflict else "other"


def _resolve(
    contents: Contents,
    python: Python,
    uv: str,
    folder: str,
    env: Sequence[tuple[str, str]],
    options: Sequence[str],
    index_problem: str,
) -> tuple[Resolution, tuple[str, ...]]:
    """Return the resolution, and a sentence if there is none."""
    if contents.locked:
        return Resolution(), ()
    try:
        found = resolution.resolve(
            contents,
            python,
            uv=uv,
            folder=folder,
            env=env,
            options=options,
            index_problem=index_problem,
        )
    except (OSError, ProgramTimeout) as error:
        return Resolution(), (f"The requirements could not be resolved: {error}",)
    if found.tool:
        return found, ()
    return found, (
        "This machine has neither uv nor pip 22.2 or newer, so the wizard knows only what "
        f"{contents.name} itself states.",
    )


def _own_limits(rows: Iterable[Stated]) -> Iterable[Limit]:
    """Return the limits that the project's own files state."""
    for row in rows:
        parsed = row.requirement()
        if parsed is not None and parsed.specifier:
            owner = Path(row.file).name if row.file else row.text
            yield Limit("project", owner, str(parsed.specifier), row.file, line=row.line)


def _dependents(contents: Contents, found: Resolution, stated: Sequence[Stated]) -> Iterable[Limit]:
    """Return the limits of the packages that the project requires."""
    for owner, row in contents.dependents:
        parsed = row.requirement()
        if parsed is not None and parsed.specifier:
            yield Limit("project", owner, str(parsed.specifier), row.file, line=row.line)
    for owner, specifier in found.dependents:
        row = next((r for r in stated if r.names(owner.split()[0])), Stated(""))
        if specifier:
            yield Limit("project", owner, specifier, row.file, line=row.line)


def _requirements(contents: Contents, stated: Sequence[Stated]) -> tuple[str, ...]:
    """Return what to install; empty if the project's installer reads its own file.

    Raises BadRequest if it contains a password: a plan is shown, exported and kept.
    """
    if contents.kind in ("requirements", "uv.lock") or _installer(contents):
        return ()
    for row in stated:
        if masked(row.text) != row.text:
            raise unreadable(
                row.location,
                f"The requirement {row.text} contains a user name or password, which the plan "
                "would show.",
                hints=(
                    "Put it into a requirements file, which pip and uv read themselves: "
                    "--for requirements.txt",
                    "Or remove it from the address, and put it into the file .netrc.",
                ),
            )
    if contents.locked:
        return tuple(map(_with_hashes, stated))
    return tuple(word for row in stated for word in row.words)


def _with_hashes(row: Stated) -> str:
    """Return a line of a requirements file."""
    return " ".join((row.text, *(f"--hash={value}" for value in row.hashes)))


def _installer(contents: Contents) -> str:
    """Return the path of the program that the project uses, if it is not pip or uv."""
    return (shutil.which("poetry") or "") if contents.kind == "poetry.lock" else ""
