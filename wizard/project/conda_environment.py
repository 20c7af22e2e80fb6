"""Read ``environment.yml``: the packages that conda installs, and those for pip."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wizard import text_files
from wizard.project import requirements_file
from wizard.project.contents import CRYPTOGRAPHY, Contents, Stated, find_line, unreadable

LARGEST = 4 * 1024 * 1024
"""The largest size of such a file, in bytes."""


def read(path: Path) -> Contents:
    """Return what pip installs, and cryptography even if conda would install it.

    Raises BadRequest if it is not such a file.
    """
    text = text_files.read_regular(path, "an environment file", limit=LARGEST)
    rows = _load(path, text).get("dependencies")
    if not isinstance(rows, list):
        raise unreadable(str(path), f"{path.name} has no list of dependencies.")
    stated: list[Stated] = []
    by_conda: list[str] = []
    for row in rows:
        if isinstance(row, dict):
            for_pip = row.get("pip") or []
            if not isinstance(for_pip, list):
                raise unreadable(str(path), f"The packages for pip in {path.name} are not a list.")
            for words in map(str, for_pip):
                stated += _for_pip(words, path, find_line(text, (words,)))
        elif _name(row) == CRYPTOGRAPHY:
            stated.append(Stated(_to_pep508(row), str(path), find_line(text, (str(row),))))
        elif _name(row) != "python":
            by_conda.append(str(row))
    notes: tuple[str, ...] = ()
    if by_conda:
        some = ", ".join(by_conda[:5]) + (" …" if len(by_conda) > 5 else "")
        notes = (f"conda must install the rest of {path.name}: {some}.",)
    return Contents("environment", path.name, str(path), tuple(stated), notes=notes)


def _for_pip(words: str, path: Path, line: int) -> Iterable[Stated]:
    """Return what a line for pip requires: it may also name a requirements file."""
    match = re.fullmatch(r"(?:-r|--requirement[ =])\s*(.+)", words.strip())
    if match:
        return requirements_file.read(path.parent / match[1].strip()).stated
    return (Stated(words, str(path), line),)


def _load(path: Path, text: str) -> dict[str, Any]:
    from ruamel.yaml import YAML  # slow to import
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        raise unreadable(str(path), f"{path.name} is not valid YAML.", line=line) from None
    except (ValueError, RecursionError) as error:  # an impossible date; too many nested lists
        raise unreadable(str(path), f"{path.name} is not valid YAML: {error}") from None
    if not isinstance(data, dict):
        raise unreadable(str(path), f"{path.name} has no list of dependencies.")
    return data


def _name(row: object) -> str:
    """Return the name in a conda requirement: ``conda-forge::cryptography=43.0``."""
    words = str(row).split("::")[-1]
    return re.split(r"[\s=<>!~]", words.strip(), maxsplit=1)[0].lower()


def _to_pep508(row: object) -> str:
    """Return a conda requirement as PEP 508: ``cryptography=43.0`` is any release of 43.0."""
    words = str(row).split("::")[-1].strip()
    version = words[len(CRYPTOGRAPHY) :].strip()
    if version.startswith("==") or re.match(r"[<>!~]", version):
        return f"{CRYPTOGRAPHY}{version}"
    version = version.lstrip("=").split("=")[0].strip()  # a build may follow
    return f"{CRYPTOGRAPHY}=={version.rstrip('.*')}.*" if version else CRYPTOGRAPHY
