"""Find and read the file that says what a project requires."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from wizard import invocation, meant
from wizard.addresses import masked
from wizard.errors import BadRequest
from wizard.project import conda_environment, locks, pyproject, requirements_file
from wizard.project.contents import Contents, Stated, unreadable
from wizard.project.found import FOLDER_FILES

_EXTRAS = re.compile(r"(?P<path>.+?)\[(?P<extras>[\w.,\s-]+)\]")


def read(text: str, folder: str, environment: Mapping[str, str]) -> Contents:
    """Return what ``--for TEXT`` requires: a file, a folder, or a plain requirement.

    ``folder`` is the working folder; ``environment`` are the values of markers (PEP 508) for the
    target Python. Raises BadRequest.
    """
    match = _EXTRAS.fullmatch(text)
    for words, extras in ((text, ""), (match["path"], match["extras"]) if match else (text, "")):
        path = Path(folder, words).expanduser()
        if path.exists():
            names = tuple(extra.strip() for extra in extras.split(",") if extra.strip())
            return _read_path(path, names, environment)
    return _read_requirement(text)


def _read_path(path: Path, extras: tuple[str, ...], environment: Mapping[str, str]) -> Contents:
    if path.is_dir():
        return _read_folder(path, extras, environment)
    name = path.name
    read_lock = locks.find_reader(name)
    if read_lock is not None:
        return read_lock(path, environment)
    if name == "pyproject.toml":
        return pyproject.read(path, extras)
    if path.suffix in (".yml", ".yaml"):
        return conda_environment.read(path)
    if path.suffix in (".txt", ".in", ".pip"):
        return requirements_file.read(path)
    raise unreadable(
        str(path),
        f"The wizard cannot read {name}.",
        hints=(
            "It reads requirements files (.txt, .in), pyproject.toml, pylock.toml, uv.lock, "
            "poetry.lock, Pipfile.lock and environment.yml.",
        ),
    )


def _read_folder(path: Path, extras: tuple[str, ...], environment: Mapping[str, str]) -> Contents:
    for name in FOLDER_FILES:
        file = path / name
        if not file.is_file() or (extras and name != "pyproject.toml"):
            continue
        if name == "pyproject.toml" and (path / "requirements.txt").is_file():
            try:
                return _read_path(file, extras, environment)
            except BadRequest:
                continue  # it may only configure tools; the requirements file is read instead
        return _read_path(file, extras, environment)
    hint = "It looks for " + ", ".join(FOLDER_FILES) + "."
    others = sorted(other.name for other in path.glob("*requirements*.txt"))[:5]
    if others:
        hint = "Name one of them: " + ", ".join(f"--for {path / other}" for other in others)
    elif any((path / name).is_file() for name in ("setup.py", "setup.cfg")):
        hint = (
            "Only pip can read setup.py and setup.cfg. In an active environment: "
            f"{invocation.command()} -- pip install ."
        )
    raise BadRequest(f"{path} contains no file that says what the project requires.", hints=(hint,))


def _read_requirement(text: str) -> Contents:
    stated = Stated(text)
    parsed = stated.requirement()
    is_path = re.search(r"[/\\]|\.(txt|toml|lock|ya?ml|in|py|cfg)$", text)
    # packaging reads both of these; nobody writes them on purpose.
    slip = text.rstrip().endswith(",") or (parsed and re.fullmatch(r"v?\d[\w.]*", parsed.url or ""))
    if parsed is None or is_path or slip:
        raise BadRequest(
            f"There is no file or folder {masked(text)}, and it is not the name of a package.",
            hints=(
                *(() if is_path else meant.hints(text)),
                "Name a folder, a file such as requirements.txt, or a package such as ansible.",
            ),
        )
    return Contents("requirement", text, "", (stated,))
