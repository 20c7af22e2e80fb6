"""What constraint files allow of cryptography."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Callable, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from wizard.addresses import masked
from wizard.facts import Python
from wizard.markers import is_true

MAX_BYTES = 4 << 20
"""Bytes of a constraint file that are read."""
MAX_FILES = 50
"""The number of files that may include each other."""


class Constraint(NamedTuple):
    """What lines allow of cryptography, and where they are. Empty: no line names it."""

    specifier: str = ""
    stated: str = ""
    problem: str = ""


def read(
    files: Iterable[str],
    folder: str,
    environment: dict[str, str],
    download: Callable[[str], str],
) -> Constraint:
    """Read constraint files, and the files that they include.

    ``files`` are paths, relative to ``folder``, or addresses, which ``download`` reads: it raises
    OSError. ``environment`` are the markers of the Python. A file that cannot be read is a
    ``problem``, as it is for pip and for uv.
    """
    specifiers: list[str] = []
    stated: list[str] = []
    waiting = [(name, folder) for name in files]
    seen: set[str] = set()
    while waiting and len(seen) < MAX_FILES:
        name, base = waiting.pop(0)
        location = name
        try:
            location = _location(name, base)
            if location in seen:
                continue
            seen.add(location)
            text = download(location) if "://" in location else _text(Path(location))
        except (OSError, ValueError, RuntimeError) as error:  # no such user; not the name of a file
            why = getattr(error, "strerror", "") or str(error).rstrip(".")
            return Constraint(problem=masked(f"{location} cannot be read: {why}"))
        for number, line in _lines(text):
            included = re.match(r"(?:-[cr]|--constraint|--requirement)[ =]*(\S+)", line)
            if included:
                waiting.append((included.group(1), _parent(location)))
                continue
            specifier = allowed(line, environment)
            if specifier:
                specifiers.append(specifier)
                stated.append(f"{masked(location)}, line {number}")
    return Constraint(",".join(specifiers), "; ".join(stated))


def allowed(line: str, environment: dict[str, str]) -> str:
    """Return the specifier that a requirement states for cryptography, or empty."""
    text = re.sub(r"\s+--hash.*$", "", line)
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return ""  # an option, or a line that the tool itself will refuse
    if canonicalize_name(requirement.name) != "cryptography":
        return ""
    if requirement.marker is not None and not is_true(requirement.marker, environment):
        return ""
    if requirement.url:
        version = _version_of(requirement.url)
        return f"=={version}" if version else ""
    return str(requirement.specifier)


def markers(python: Python) -> dict[str, str]:
    """Return the values of the markers (PEP 508) that this Python differs in from ours."""
    system = {"win32": "Windows", "darwin": "Darwin", "linux": "Linux"}
    platform = python.platform.partition("-")[0]
    sys_platform = {"macosx": "darwin", "win": "win32"}.get(platform, platform) or "linux"
    values = {
        "python_version": python.minor,
        "python_full_version": python.version,
        "implementation_name": python.implementation,
        "platform_machine": python.machine,
        "sys_platform": sys_platform,
        "platform_system": system.get(sys_platform, sys_platform),
        "os_name": "nt" if sys_platform == "win32" else "posix",
        "platform_python_implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(
            python.implementation, python.implementation
        ),
    }
    return {name: value for name, value in values.items() if value}


def _location(name: str, base: str) -> str:
    if name.lower().startswith("file:"):
        return url2pathname(urlsplit(name).path)
    if "://" in name:
        return name
    if "://" in base:
        return f"{base}/{name}"
    return os.path.normpath(Path(base) / Path(name).expanduser())


def _parent(location: str) -> str:
    return location.rpartition("/")[0] if "://" in location else str(Path(location).parent)


def _text(path: Path) -> str:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError("it is not a regular file, so it might never answer")
    with path.open("rb") as file:
        return file.read(MAX_BYTES).decode("utf-8", errors="replace")


def _lines(text: str) -> Iterable[tuple[int, str]]:
    """Yield the logical lines with the number of their first line, without comments."""
    pending, start = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r"(^|\s)#.*$", "", raw)
        start = start or number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        whole = (pending + line).strip()
        if whole:
            yield start, whole
        pending, start = "", 0
    if pending.strip():
        yield start, pending.strip()


def _version_of(url: str) -> str:
    try:
        name = urlsplit(url).path.rpartition("/")[2]
        if name.endswith(".whl"):
            return str(parse_wheel_filename(name)[1])
        return str(parse_sdist_filename(name)[1])
    except ValueError:  # no address, or not the name of a package's file
        return ""
