"""What the files of a project state, before anything is resolved."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.addresses import masked
from wizard.errors import BadRequest
from wizard.facts import ProjectKind
from wizard.installed import normalized
from wizard.markers import is_true

if TYPE_CHECKING:
    from packaging.requirements import Requirement

CRYPTOGRAPHY = "cryptography"


@dataclass(frozen=True)
class Stated:
    """One requirement that a file states (PEP 508), and where.

    ``text`` may also be an address or a folder, which only an installer can read. ``line`` is the
    number of its line, or 0. ``constraint`` says that it only limits what others require.
    ``hashes`` are the allowed checksums (``sha256:…``).
    """

    text: str
    file: str = ""
    line: int = 0
    constraint: bool = False
    hashes: tuple[str, ...] = ()

    def requirement(self) -> Requirement | None:
        """Return the parsed requirement, or None for an address or a folder."""
        from packaging.requirements import InvalidRequirement, Requirement  # slow to import

        try:
            return Requirement(self.text)
        except InvalidRequirement:
            return None

    def names(self, package: str) -> bool:
        """Return whether it is a requirement of this package."""
        parsed = self.requirement()
        return parsed is not None and normalized(parsed.name) == normalized(package)

    @property
    def words(self) -> list[str]:
        """The words for the command line of an installer: an option is apart from its value."""
        return shlex.split(self.text) if self.text.startswith("-") else [self.text]

    @property
    def location(self) -> str:
        """The file and line, as a user finds them; empty for what was typed."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Contents:
    """What a project requires.

    ``name`` is its display name. ``file`` is the file for the installer, or empty. ``stated`` are
    its requirements. ``locked`` says that they are the complete, exact set, so nothing is left to
    resolve. ``dependents`` are the requirements of cryptography by locked packages, each with the
    name and version of the package. ``notes`` say what is left out. ``pythons`` are the Pythons
    that the project allows (PEP 440), empty for any.
    """

    kind: ProjectKind
    name: str
    file: str
    stated: tuple[Stated, ...]
    locked: bool = False
    dependents: tuple[tuple[str, Stated], ...] = ()
    notes: tuple[str, ...] = ()
    pythons: str = ""


def applies(stated: Stated, environment: Mapping[str, str]) -> bool:
    """Return whether the marker of a requirement is true in this environment (PEP 508)."""
    parsed = stated.requirement()
    return parsed is None or parsed.marker is None or is_true(parsed.marker, environment)


def find_line(text: str, needles: Iterable[str]) -> int:
    """Return the number of the first line that contains one of ``needles``; 0 if none does.

    TOML and JSON readers do not say where a value was.
    """
    wanted = tuple(needles)
    for number, line in enumerate(text.splitlines(), 1):
        if any(needle in line for needle in wanted):
            return number
    return 0


def unreadable(path: str, what: str, *, line: int = 0, hints: tuple[str, ...] = ()) -> BadRequest:
    """Return the error for a file of a project that cannot be understood, without passwords."""
    shown = f"{path}:{line}" if line else path
    return BadRequest(masked(what), shown=shown, hints=hints)
