"""The first check of a request, before any work: invalid paths, contradictory choices."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from wizard import constraint_file, invocation, openssl_choice, unfinished
from wizard.choices import Choice, Choices, Implies, described
from wizard.errors import BadRequest


def check(choices: Choices) -> Choices:
    """Return the choices with absolute paths and a plain version number.

    Raises BadRequest if they contradict each other, or name an unsuitable file or folder. It
    changes nothing on disk.
    """
    check_contradictions(choices)
    choices = with_implied(choices)
    if choices.release:
        choices = replace(choices, release=_check_release(choices.release))
    if choices.project:
        choices = replace(choices, project=_check_project(choices.project))
    if choices.write_constraint:
        path = _check_new_file(choices.write_constraint)
        choices = replace(choices, write_constraint=path)
    if choices.venv:
        choices = replace(choices, venv=check_folder(choices.venv))
    if choices.temporary_folder:
        folder = _check_temporary_folder(choices.temporary_folder)
        choices = replace(choices, temporary_folder=folder)
    if choices.python:
        choices = replace(choices, python=_check_python(choices.python))
    if choices.openssl:
        choices = replace(choices, openssl=_check_openssl(choices.openssl))
        choices = _with_source_address(choices)
    if choices.venv and choices.python:
        choices = _check_same_environment(choices)
    if choices.wheelhouse or choices.from_wheelhouse:
        from wizard.questions import wheelhouse_checks  # rarely needed

        choices = wheelhouse_checks.check(choices, _check_python)
    return choices


def check_for_other_machine(choices: Choices) -> Choices:
    """Return the choices of a plan for another machine. Paths are not checked.

    Raises BadRequest if they contradict each other.
    """
    check_contradictions(choices)
    choices = _without_dashes(choices)
    if choices.project:
        raise BadRequest(
            "--facts and --for contradict each other.",
            why="A project is resolved on the machine where it is installed.",
            hints=("Remove one of them.",),
        )
    if choices.from_wheelhouse:
        raise BadRequest(
            "--facts and --from-wheelhouse contradict each other.",
            why="The saved machine is a different machine; its folders do not exist here.",
            hints=("Remove one of them.",),
        )
    return with_implied(choices)


def _without_dashes(choices: Choices) -> Choices:
    """Return the choices with ``./-x`` for a path ``-x``, which programs would take for an
    option."""
    paths: dict[str, Any] = {
        name: f"./{value}"
        for name, value in choices.answered().items()
        if value.startswith("-")
        and (described()[name].is_path or described()[name].metavar == "FOLDER")
    }
    return replace(choices, **paths)


def with_implied(choices: Choices) -> Choices:
    """Return the choices with those that they imply, such as a source build for ``--rust``."""
    for choice in described().values():
        for implication in choice.implies:
            if _applies(choices, choice, implication) and not getattr(choices, implication.other):
                changed: dict[str, Any] = {implication.other: implication.value}
                choices = replace(choices, **changed)
    return choices


def check_folder(text: str) -> str:
    """Return the absolute path of a folder that is an environment, or can become one.

    Raises BadRequest if it is a file, a folder with other contents, or not writable, or if another
    wizard is making it.
    """
    if "\0" in text:
        raise BadRequest(
            "The folder's name contains a character that is not allowed in file names."
        )
    path = Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100,PTH111 - no links resolved
    try:
        if path.is_symlink() and not path.exists():
            raise BadRequest(
                f"{path} is a link to a folder that does not exist.",
                shown=f"{path} -> {os.readlink(path)}",  # noqa: PTH115 - as it was written
                hints=("Make that folder, or choose another: --venv FOLDER",),
            )
        if path.exists() and not path.is_dir():
            raise BadRequest(
                f"{path} is a file, not a folder.", hints=("Choose another: --venv FOLDER",)
            )
        worker = unfinished.worker(path)
        if worker is not None:
            process = f" (process {worker})" if worker else ""
            raise BadRequest(
                f"{path} is in use by another wizard{process}.",
                why="That wizard is making it.",
                hints=(
                    "Wait until that wizard has finished and try again, or choose another folder.",
                ),
            )
        if unfinished.is_left(path):
            pass  # the run that made it was cut off, so it is made again
        elif path.is_dir() and not (path / "pyvenv.cfg").is_file():
            if any(path.iterdir()):
                raise BadRequest(
                    f"{path} exists and is not a virtual environment.",
                    why="It contains other files, which could be lost.",
                    hints=("Choose a folder that does not exist yet: --venv FOLDER",),
                )
        elif path.is_dir():
            environment_python(path)
        anchor = next(parent for parent in (path, *path.parents) if parent.exists())
        if not os.access(anchor, os.W_OK | os.X_OK):
            raise BadRequest(
                f"{path} cannot be written.",
                shown=f"{anchor}: permission denied",
                hints=("Choose a folder that you may write to: --venv FOLDER",),
            )
        if not anchor.is_dir():
            raise BadRequest(f"{path} cannot be created: {anchor} is a file.")
    except OSError as error:
        shown = error.strerror or str(error)
        hints = _PRIVACY if sys.platform == "darwin" and error.errno == errno.EPERM else ()
        raise BadRequest(f"{path} cannot be used.", shown=shown, hints=hints) from None
    return str(path)


_PRIVACY = (
    "macOS protects Desktop, Documents, Downloads and the folders of iCloud. Allow your terminal "
    "to use them: System Settings → Privacy & Security → Files and Folders. Then open a new "
    "terminal.",
    "Or choose another folder, for example in your home folder: --venv FOLDER",
)
"""For Apple's error EPERM, which a missing permission of a terminal gives."""


def _check_temporary_folder(text: str) -> str:
    """Return the absolute path of a folder that can be written, or made."""
    hints = ("Choose a folder that you may write to with --temporary-folder.",)
    if "\0" in text:
        raise BadRequest(
            "The name of the temporary folder contains a character that is not allowed."
        )
    path = Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100,PTH111 - no links
    try:
        anchor = next(parent for parent in (path, *path.parents) if parent.exists())
    except OSError as error:  # a name that is too long
        shown = error.strerror or str(error)
        raise BadRequest(f"{str(path)[:100]} cannot be used.", shown=shown, hints=hints) from None
    if not anchor.is_dir():
        raise BadRequest(f"{path} cannot be used: {anchor} is a file.", hints=hints)
    if not os.access(anchor, os.W_OK | os.X_OK):
        raise BadRequest(
            f"{path} cannot be written.", shown=f"{anchor}: permission denied", hints=hints
        )
    return str(path)


def environment_python(folder: Path) -> Path:
    """Return the interpreter of the virtual environment in ``folder``. Raises BadRequest if it has
    none."""
    for inside in ("bin/python", "bin/python3", "Scripts/python.exe"):
        if (folder / inside).is_file():
            return folder / inside
    raise BadRequest(
        f"The virtual environment {folder} is broken: its Python is missing.",
        hints=(f"Delete the folder {folder}, or choose another: --venv FOLDER",),
    )


def check_contradictions(choices: Choices) -> None:
    """Raise BadRequest if choices contradict each other on any machine."""
    chosen = [described()[name] for name in choices.answered()]
    for check in (_check_implied, _check_excluded, _check_needed):
        for choice in chosen:
            check(choices, choice)


def _check_implied(choices: Choices, choice: Choice) -> None:
    for implication in choice.implies:
        value = getattr(choices, implication.other)
        if value and value != implication.value and _applies(choices, choice, implication):
            other = described()[implication.other]
            raise _contradiction(
                other.typed(value),
                choice.typed(getattr(choices, choice.name)),
                implication.why,
                f"Omit {choice.flag}, or use {other.typed(implication.value)}.",
            )


def _check_excluded(choices: Choices, choice: Choice) -> None:
    for exclusion in choice.excludes:
        value = getattr(choices, exclusion.other)
        if value and exclusion.value in ("", value):
            other = described()[exclusion.other]
            raise _contradiction(
                choice.typed(getattr(choices, choice.name)),
                other.typed(value),
                exclusion.why,
                exclusion.hint or f"Omit one of them, for example {other.flag}.",
            )


def _applies(choices: Choices, choice: Choice, implication: Implies) -> bool:
    value = getattr(choices, choice.name)
    return bool(value) and implication.only in ("", value)


def _check_needed(choices: Choices, choice: Choice) -> None:
    needs = choice.needs
    if needs is None or needs.fits(getattr(choices, needs.other)):
        return
    given = getattr(choices, choice.name)
    if needs.only not in ("", given):
        return
    other, value = described()[needs.other], getattr(choices, needs.other)
    required = other.typed(needs.kind or other.metavar)
    if value:
        raise _contradiction(
            other.typed(value),
            choice.typed(given),
            needs.otherwise,
            f"Use {required}, or omit {choice.flag}.",
        )
    raise BadRequest(
        f"{choice.typed(given) if needs.only else choice.flag} only works with "
        f"{f'{other.flag} {needs.kind}'.strip()}.",
        why=needs.why,
        hints=(f"Add {required}, or omit {choice.flag}.",),
    )


def _contradiction(one: str, other: str, why: str, hint: str) -> BadRequest:
    return BadRequest(f"{one} and {other} contradict each other.", why=why, hints=(hint,))


def _check_openssl(text: str) -> str:
    """Return ``system``, a version, or the absolute path of a folder."""
    if text == openssl_choice.SYSTEM or openssl_choice.is_version(text):
        return text
    folder = Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100,PTH111 - no links
    if folder.is_dir():
        return str(folder)
    raise BadRequest(
        f"{text!r} is neither 'system', nor a version of OpenSSL, nor a folder.",
        hints=(
            "Allowed for --openssl: system, a version such as 3.5.4, or the folder of an OpenSSL.",
        ),
    )


def _with_source_address(choices: Choices) -> Choices:
    """Return the choices with the address of the source, if OpenSSL will be built.

    The variable is also checked here, so that a wrong one is reported before any work.
    """
    version = choices.openssl
    if not openssl_choice.is_version(version):
        return choices
    from wizard import openssl_archive  # slow to import

    if choices.openssl_source:
        address = openssl_archive.find_address(choices.openssl_source, version)
        return replace(choices, openssl_source=address)
    if os.environ.get(openssl_archive.VARIABLE):
        openssl_archive.find_address(
            os.environ[openssl_archive.VARIABLE], version, source=openssl_archive.VARIABLE
        )
    return choices


def _check_project(text: str) -> str:
    """Return the absolute path of a file or folder; any other text as it is."""
    text = text.strip()
    if "\0" in text or "\n" in text:
        raise BadRequest("The value of --for must be a single line.")
    path = Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100,PTH111 - no links
    try:
        return str(path) if path.exists() else text
    except OSError as error:
        raise BadRequest(f"{text[:100]} cannot be read.", shown=str(error.strerror)) from None


def _check_new_file(text: str) -> str:
    """Return the absolute path of a file, in a folder that exists.

    It does not exist yet, or the wizard wrote it.
    """
    if "\0" in text:
        raise BadRequest("The name of the file contains a character that is not allowed.")
    path = Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100,PTH111 - no links
    hints = ("Choose another name with --write-constraint.",)
    if os.path.lexists(path) and not _is_own_constraint(path):  # also a link to nothing
        raise BadRequest(
            f"{path} exists already.",
            why="The wizard replaces only a constraint file that it wrote and that nobody changed.",
            hints=hints,
        )
    try:
        if not path.parent.is_dir():
            raise BadRequest(f"The folder {path.parent} does not exist.", hints=hints)
        path.stat()
    except FileNotFoundError:
        pass  # as it must be
    except OSError as error:  # a name that is too long
        shown = error.strerror or str(error)
        raise BadRequest(
            f"{str(path)[:100]} cannot be written.", shown=shown, hints=hints
        ) from None
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise BadRequest(
            f"{path} cannot be written.", shown=f"{path.parent}: permission denied", hints=hints
        )
    return str(path)


def _is_own_constraint(path: Path) -> bool:
    try:
        return constraint_file.is_own(path)
    except OSError:  # it cannot be read, so nobody knows
        return False


def _check_release(text: str) -> str:
    from packaging.version import InvalidVersion, Version  # slow to import

    try:
        return str(Version(text.strip()))
    except InvalidVersion:
        raise BadRequest(
            f"{text!r} is not a version number.",
            shown=f"--release {text}",
            hints=("A version looks like 50.0.2.",),
        ) from None


def _check_python(text: str) -> str:
    if "\0" in text:
        raise BadRequest(
            "The path of the Python contains a character that is not allowed in file names."
        )
    expanded = os.path.expanduser(text)  # noqa: PTH111 - a bare name must stay a bare name
    program = shutil.which(expanded) if os.path.dirname(expanded) == "" else None  # noqa: PTH120
    path = Path(os.path.abspath(program or expanded))  # noqa: PTH100 - a link names its environment
    if path.is_dir():
        if (path / "pyvenv.cfg").is_file():
            return str(environment_python(path))
        raise BadRequest(
            f"{path} is a folder, not a Python.",
            hints=("Name the program itself, for example --python /usr/bin/python3.",),
        )
    if not path.exists():
        raise BadRequest(
            f"There is no Python at {text}.",
            shown=f"--python {text}",
            hints=(
                f"To list the Pythons on this machine: {invocation.command('doctor', '--all')}",
            ),
        )
    if not os.access(path, os.X_OK):
        raise BadRequest(f"{path} is not an executable program.")
    return str(path)


def _check_same_environment(choices: Choices) -> Choices:
    """Return the choices without a Python that an existing environment was made from.

    The command that made an environment can then be repeated. Raises BadRequest if the environment
    has another Python.
    """
    folder, python = Path(choices.venv), Path(choices.python)
    if not (folder / "pyvenv.cfg").is_file() or unfinished.is_left(folder):
        return choices
    if folder in python.parents:
        return choices
    if environment_python(folder).resolve() == python.resolve():
        return replace(choices, python="")
    raise BadRequest(
        "--venv and --python contradict each other.",
        why=f"{folder} exists already and has its own Python.",
        hints=("Omit --python, or choose a folder that does not exist yet.",),
    )
