"""Read lock files, which state one exact version of each package."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard import text_files
from wizard.facts import ProjectKind
from wizard.markers import is_true
from wizard.project.contents import CRYPTOGRAPHY, Contents, Stated, find_line, unreadable
from wizard.project.toml_files import LARGEST, load

if TYPE_CHECKING:
    from packaging.pylock import Package, PackageSdist, PackageWheel

Environment = Mapping[str, str]


def read_pylock(path: Path, environment: Environment) -> Contents:
    """Return the packages of a ``pylock.toml`` (PEP 751) for an environment (PEP 508)."""
    from packaging.pylock import Pylock, PylockValidationError  # slow to import

    data, text = load(path)
    try:
        lock = Pylock.from_dict(data)
    except PylockValidationError as error:
        raise unreadable(str(path), f"{path.name} is not a valid lock file: {error}") from None
    packages = [
        package
        for package in lock.packages
        if package.version is not None
        and (package.marker is None or is_true(package.marker, environment))
    ]
    stated = [
        Stated(
            f"{package.name}=={package.version}",
            str(path),
            _package_line(text, package.name),
            hashes=tuple(
                f"sha256:{file.hashes['sha256']}"
                for file in _files(package)
                if "sha256" in file.hashes
            ),
        )
        for package in packages
    ]
    return _contents("pylock", path, stated, pythons=str(lock.requires_python or ""))


def _files(package: Package) -> list[PackageWheel | PackageSdist]:
    return [*(package.wheels or ()), *((package.sdist,) if package.sdist else ())]


def read_uv(path: Path, environment: Environment) -> Contents:
    """Return the packages of a ``uv.lock`` for an environment."""
    data, text = load(path)
    stated = []
    for row in _rows(data, "package", path):
        if "version" not in row or not _any_true(row.get("resolution-markers"), environment):
            continue
        if {"virtual", "editable", "directory"} & set(row.get("source", {})):
            continue  # the project itself
        files = [*row.get("wheels", ()), *filter(None, (row.get("sdist"),))]
        stated.append(_stated(row, path, text, (file.get("hash", "") for file in files)))
    return _contents("uv.lock", path, stated, pythons=str(data.get("requires-python", "")))


def read_poetry(path: Path, environment: Environment) -> Contents:
    """Return the packages of a ``poetry.lock`` for an environment, and who requires
    cryptography."""
    data, text = load(path)
    stated, dependents = [], []
    for row in _rows(data, "package", path):
        if row.get("optional") or not _poetry_marker(row.get("markers"), environment):
            continue
        files = row.get("files", ())
        one = _stated(row, path, text, (file.get("hash", "") for file in files))
        stated.append(one)
        specifier = _poetry_specifier(row.get("dependencies", {}).get(CRYPTOGRAPHY))
        if specifier:
            owner = f"{row['name']} {row['version']}"
            dependents.append((owner, Stated(CRYPTOGRAPHY + specifier, str(path), one.line)))
    metadata = data.get("metadata", {})
    pythons = metadata.get("python-versions") if isinstance(metadata, dict) else ""
    return _contents(
        "poetry.lock", path, stated, tuple(dependents), pythons=_poetry_specifier(pythons)
    )


def read_pipfile(path: Path, environment: Environment) -> Contents:
    """Return the packages of a ``Pipfile.lock`` for an environment."""
    text = text_files.read_regular(path, "a lock file", limit=LARGEST)
    try:
        packages = json.loads(text)["default"]
    except (ValueError, RecursionError) as error:
        raise unreadable(str(path), f"{path.name} is not valid JSON: {error}") from None
    rows = [(name, row) for name, row in packages.items() if isinstance(row, dict)]
    stated = [
        Stated(
            f"{name}{row['version']}",
            str(path),
            find_line(text, (f'"{name}": {{',)),
            hashes=tuple(row.get("hashes", ())),
        )
        for name, row in rows
        if "version" in row and _any_true([row["markers"]] if "markers" in row else [], environment)
    ]
    return _contents("Pipfile.lock", path, stated)


Reader = Callable[[Path, Environment], Contents]

_READERS: Mapping[str, Reader] = {
    "uv.lock": read_uv,
    "poetry.lock": read_poetry,
    "Pipfile.lock": read_pipfile,
    "pylock.toml": read_pylock,
}
"""The reader of each lock file, by the name of the file."""


def find_reader(name: str) -> Reader | None:
    """Return the reader of a lock file with this name; None if it is no lock file."""
    reader = read_pylock if re.fullmatch(r"pylock\.[^.]+\.toml", name) else _READERS.get(name)
    if reader is None:
        return None

    def read(path: Path, environment: Environment) -> Contents:
        # A program wrote the file: values of other types have no meaning that could be explained.
        try:
            return reader(path, environment)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            detail = f"{type(error).__name__}: {error}"
            raise unreadable(str(path), f"{path.name} is not a valid lock file: {detail}") from None

    return read


def _contents(
    kind: ProjectKind,
    path: Path,
    stated: Iterable[Stated],
    dependents: tuple[tuple[str, Stated], ...] = (),
    pythons: str = "",
) -> Contents:
    return Contents(
        kind,
        path.name,
        str(path),
        tuple(stated),
        locked=True,
        dependents=dependents,
        pythons=pythons,
    )


def _stated(row: Mapping[str, Any], path: Path, text: str, hashes: Iterable[str]) -> Stated:
    return Stated(
        f"{row['name']}=={row['version']}",
        str(path),
        _package_line(text, row["name"]),
        hashes=tuple(value for value in hashes if value.startswith("sha256:")),
    )


def _rows(data: Mapping[str, Any], name: str, path: Path) -> list[dict[str, Any]]:
    rows = data.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(r, dict) and "name" in r for r in rows):
        raise unreadable(str(path), f"{path.name} is not a valid lock file: no list of packages.")
    return rows


def _package_line(text: str, name: str) -> int:
    return find_line(text, (f'name = "{name}"',))


def _any_true(markers: object, environment: Environment) -> bool:
    """Return whether one of the markers is true; True if there are none."""
    from packaging.markers import InvalidMarker, Marker  # slow to import

    if not isinstance(markers, list) or not markers:
        return True
    try:
        return any(is_true(Marker(marker), environment) for marker in markers)
    except InvalidMarker:
        return True  # the installer judges it


def _poetry_marker(markers: object, environment: Environment) -> bool:
    """``markers`` is one marker, or one for each group."""
    texts = markers.values() if isinstance(markers, dict) else [markers]
    return _any_true([text for text in texts if isinstance(text, str)], environment)


def _poetry_specifier(value: object) -> str:
    """Return Poetry's version (``>=41.0.5,<44``, or a table) as a specifier of PEP 440."""
    from poetry.core.constraints.version import parse_constraint  # slow to import

    text = value.get("version", "") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text or "||" in text:
        return ""
    try:
        found = str(parse_constraint(text))
    except ValueError:
        return ""
    found = re.sub(r"^(?=\d)", "==", found)
    return "" if found == "*" else found
