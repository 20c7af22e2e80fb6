"""How this wizard was started, from what the system says about its process."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wizard.locations import NAME

WINDOWS = os.name == "nt"
PACKAGE = "cryptography_wizard"
"""The package that ``python -m`` starts."""


@dataclass(frozen=True)
class Process:
    """What the system says: the words after Python's own options, and all words with Python's.

    ``original`` is empty before Python 3.10. ``prefix`` is the environment of the wizard.
    """

    argv0: str
    original: Sequence[str]
    executable: str
    prefix: str
    environ: Mapping[str, str]

    @classmethod
    def this(cls) -> Process:
        """Return the process that this code runs in."""
        original = getattr(sys, "orig_argv", ())
        return cls(sys.argv[0], original, sys.executable, sys.prefix, os.environ)


def words(process: Process) -> tuple[str, ...]:
    """Return the words with which the user can start the wizard again, as it was started."""
    parts = Path(process.prefix).parts
    if "UV" in process.environ and any(part.startswith("archive-v") for part in parts):
        return "uvx", *_source("--from"), NAME
    if "pipx" in parts and {".cache", "cache"} & set(parts) and "venvs" not in parts:
        return "pipx", "run", *_source("--spec"), NAME
    script = Path(process.argv0)
    if script.name == "__main__.py" and script.parent.name == PACKAGE:
        return _python(process), "-m", PACKAGE
    if script.suffix == ".pyz":
        beside = script.with_suffix(".cmd" if WINDOWS else "")
        if beside.is_file():  # the program that starts it, which the installers put there
            script, process = beside, replace(process, argv0=str(beside))
    found = shutil.which(NAME, path=_path(process))
    if script.name not in (NAME, f"{NAME}.exe", f"{NAME}.cmd"):  # or a program that uses the wizard
        return (_python(process), process.argv0) if script.is_file() else (NAME,)
    if found and _same(found, process.argv0):
        return (NAME,)
    return (_short(script),)


def _path(process: Process) -> str:
    """Return PATH as the user's shell has it: ``uv run`` has put the environment first."""
    entries = process.environ.get("PATH", os.defpath).split(os.pathsep)
    if "UV" in process.environ:
        entries = [entry for entry in entries if not entry.startswith(process.prefix)]
    return os.pathsep.join(entries)


def _python(process: Process) -> str:
    """Return Python as it was typed or, if that is not known, the shortest name that means it."""
    if process.original and not (WINDOWS and os.path.isabs(process.original[0])):  # noqa: PTH117
        return process.original[0]
    if WINDOWS and shutil.which("py", path=_path(process)):
        return "py"  # it starts Python by its whole path, which nobody types
    if process.original:
        return process.original[0]
    for name in ("python3", "python"):
        found = shutil.which(name, path=_path(process))
        if found and _same(found, process.executable):
            return name
    return process.executable


def _short(script: Path) -> str:
    """Return a path as it is typed: relative to the current folder, if it is inside it."""
    if not script.is_absolute():
        return str(script) if script.parts[0] == ".." else f".{os.sep}{script}"
    try:
        return f".{os.sep}{script.relative_to(Path.cwd())}"
    except (ValueError, OSError):  # it is elsewhere, or the current folder was deleted
        return str(script)


def _same(one: str, other: str) -> bool:
    """Return whether two paths name the same program; on Windows, one may lack ``.exe``."""
    real = (os.path.realpath(path) for path in (one, other))
    first, second = (os.path.normcase(path) for path in real)
    return first == second or os.path.splitext(first)[0] == second  # noqa: PTH122


def _source(flag: str) -> tuple[str, ...]:
    """Return the words that say from where it was installed, if not from the index (PEP 610)."""
    import json
    from importlib import metadata
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        text = metadata.distribution(NAME).read_text("direct_url.json")
        data = json.loads(text) if text else {}
        url = str(data.get("url", ""))
    except (metadata.PackageNotFoundError, ValueError, AttributeError):
        return ()
    if not url:
        return ()
    if url.startswith("file:"):
        return flag, url2pathname(urlsplit(url).path)
    tool = data.get("vcs_info", {}).get("vcs", "")
    return flag, f"{tool}+{url}" if tool else url
