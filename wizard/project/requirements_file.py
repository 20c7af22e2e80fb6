"""Read ``requirements.txt``, with the files that it names (``-r``, ``-c``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import meant, text_files
from wizard.project.contents import Contents, Stated, unreadable

if TYPE_CHECKING:
    from pip_requirements_parser import InstallRequirement, OptionLine

LARGEST = 4 * 1024 * 1024
"""The largest size of a requirements file, in bytes: one with hashes has thousands of lines."""

LONGEST_LINE = 20_000
"""The longest line that is read, in characters: the time for it grows with the square of that."""


def read(path: Path) -> Contents:
    """Return what the file requires. Raises BadRequest if a line is not a requirement."""
    return Contents("requirements", path.name, str(path), tuple(_read(path, (), constraint=False)))


def _read(path: Path, above: tuple[Path, ...], *, constraint: bool) -> Iterator[Stated]:
    """Yield what a file requires, and the files that it names.

    ``above`` are the files through which it was found. Raises BadRequest for a file that is
    missing, not text, too large, or names itself.
    """
    from pip_requirements_parser import RequirementsFile  # slow to import

    if path.resolve() in above:
        raise unreadable(str(path), f"{path.name} includes itself.")
    text = text_files.read_regular(path, "a requirements file", limit=LARGEST)
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            raise unreadable(
                str(path), f"A line of {path.name} has {len(line)} characters.", line=number
            )
    parsed = RequirementsFile.from_file(str(path), include_nested=False)
    for invalid in parsed.invalid_lines:
        raise unreadable(
            str(path),
            f"A line of {path.name} is not a requirement: {invalid.line.strip()[:100]!r}.",
            line=invalid.line_number,
            hints=meant.hints(invalid.line.strip())
            or ("A requirement looks like this: cryptography>=43,<46",),
        )
    for row in parsed.requirements:
        yield Stated(_text(row), str(path), row.line_number, constraint, tuple(row.hash_options))
    for option in parsed.options:
        for name, only_limits in _named_files(option, path):
            nested = (*above, path.resolve())
            yield from _read(name, nested, constraint=constraint or only_limits)


def _named_files(option: OptionLine, path: Path) -> Iterator[tuple[Path, bool]]:
    """Yield the files that a line of options names, and whether they only limit others."""
    for key, only_limits in (("requirements", False), ("constraints", True)):
        for name in option.options.get(key) or ():
            if "://" in name:
                raise unreadable(
                    str(path),
                    f"{path.name} includes an address, and the wizard reads only files: {name}",
                    line=option.line_number,
                    hints=("Download it, and name the downloaded file in its place.",),
                )
            yield path.parent / name, only_limits


def _text(row: InstallRequirement) -> str:
    """Return a requirement of the file without its options, such as hashes."""
    if row.req is None or row.link is not None:
        return str(row.line).strip()  # an address or a folder
    return f"{row.req} ; {row.marker}" if row.marker else str(row.req)
