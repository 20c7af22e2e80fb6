"""Read ``requirements.txt``, with the files that it names (``-r``, ``-c``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard import text_files
from wizard.project.contents import Contents, Stated, unreadable

if TYPE_CHECKING:
    from pip_requirements_parser import InstallRequirement

_NESTED = ("-r", "--requirement", "-c", "--constraint")
LARGEST = 4 * 1024 * 1024
"""The largest size of a requirements file, in bytes: one with hashes has thousands of lines."""


def read(path: Path) -> Contents:
    """Return what the file requires. Raises BadRequest if a line is not a requirement."""
    from pip_requirements_parser import RequirementsFile  # slow to import

    _check_nested(path, ())
    parsed = RequirementsFile.from_file(str(path), include_nested=True)
    for invalid in parsed.invalid_lines:
        raise unreadable(
            invalid.filename or str(path),
            f"A line of {Path(invalid.filename or path).name} is not a requirement: "
            f"{invalid.line.strip()[:100]!r}.",
            line=invalid.line_number,
            hints=("A requirement looks like this: cryptography>=43,<46",),
        )
    stated = tuple(
        Stated(
            _text(row),
            row.filename,
            row.line_number,
            constraint=bool(row.is_constraint),
            hashes=tuple(row.hash_options),
        )
        for row in parsed.requirements
    )
    return Contents("requirements", path.name, str(path), stated)


def _text(row: InstallRequirement) -> str:
    """Return a requirement of the file without its options, such as hashes."""
    if row.req is None or row.link is not None:
        return str(row.line).strip()  # an address or a folder
    return f"{row.req} ; {row.marker}" if row.marker else str(row.req)


def _check_nested(path: Path, above: tuple[Path, ...]) -> None:
    """Raise BadRequest for a file that is missing, not text, too large, or names itself."""
    if path in above:
        raise unreadable(str(path), f"{path.name} includes itself.")
    text = text_files.read(path, "a requirements file", limit=LARGEST)
    for line in text.splitlines():
        words = line.split(" #")[0].replace("=", " ", 1).split()
        names_file = len(words) == 2 and words[0] in _NESTED
        if names_file and "://" not in words[1]:
            _check_nested(path.parent / words[1], (*above, path))
