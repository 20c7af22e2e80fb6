"""What is in the cache and what was removed from it, as ``cache --json`` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wizard.cache import entries
from wizard.cache.entries import Entry
from wizard.errors import WizardError

State = Literal["whole", "damaged", "leftover"]


@dataclass(frozen=True)
class CheckedEntry:
    """An entry, and whether it is complete; ``problems`` says what is wrong with it."""

    entry: Entry
    state: State
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """The answer of ``list`` and ``verify``. ``bytes`` is the sum of all entries."""

    folder: str
    bytes: int
    entries: tuple[CheckedEntry, ...]
    code: int = 0
    schema: int = 1


@dataclass(frozen=True)
class Kept:
    """An entry that could not be removed, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Cleared:
    """The answer of ``clear``."""

    folder: str
    removed: tuple[str, ...]
    kept: tuple[Kept, ...]
    code: int = 0
    schema: int = 1


def check_entry(entry: Entry) -> CheckedEntry:
    """Check an entry. One that cannot be read counts as damaged."""
    if entry.kind == "leftover":
        return CheckedEntry(entry, "leftover")
    try:
        problems = entries.verify(entry)
    except WizardError as error:
        problems = (f"{error.what} {error.shown}",)
    return CheckedEntry(entry, "damaged" if problems else "whole", problems)
