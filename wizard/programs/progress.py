"""Progress of a step, from the output of its tool."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Optional, Protocol

from backends import progress
from backends.action import Command
from backends.progress import Progress


class Reader(Protocol):
    """Reads a step's output as it comes."""

    def read(self, lines: Sequence[str]) -> tuple[list[str], Optional[Progress]]:
        """Return the lines that are for people, and the progress of the step, if it changed."""


def progress_reader(command: Command, folder: Optional[Path] = None) -> Reader:
    """Return the reader for the format of the command's progress.

    ``folder`` contains the command's temporary files: a build's ``Cargo.lock`` in it says how many
    crates there are, if the command does not.
    """
    if command.progress == "apt":
        return _Apt()
    if command.progress == "pip":
        return _Pip()
    if command.progress == "cargo":
        return _Cargo(command.units, folder)
    if command.progress == "make":
        return _Make(command.units)
    return _Silent()


class _Silent:
    def read(self, lines: Sequence[str]) -> tuple[list[str], Optional[Progress]]:
        return list(lines), None


class _Apt:
    def read(self, lines: Sequence[str]) -> tuple[list[str], Optional[Progress]]:
        latest = None
        kept = []
        for line in lines:
            if progress.is_apt_status(line):
                latest = progress.apt(line) or latest
            else:
                kept.append(line)
        return kept, latest


class _Pip:
    def __init__(self) -> None:
        self._current = ""

    def read(self, lines: Sequence[str]) -> tuple[list[str], Optional[Progress]]:
        latest = None
        kept = []
        for line in lines:
            update = progress.pip(line)
            if update:
                latest = update._replace(what=self._current)
            else:
                self._current = progress.pip_download(line) or self._current
                kept.append(line)
        return kept, latest


class _Make:
    """Counts the compiled files."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0

    def read(self, lines: Sequence[str]) -> tuple[list[str], Optional[Progress]]:
        files = [name for name in map(progress.compiled_file, lines) if name]
        if not files:
            return list(lines), None
        self._done += len(files)
        total = max(self._total, self._done) if self._total else 0
        return list(lines), Progress(float(self._done), float(total), files[-1])


class _Cargo:
    """Counts crates. Before the first one, pip downloads what the build needs."""

    def __init__(self, total: int, folder: Optional[Path]) -> None:
        self._total = total
        self._folder = folder
        self._seen: set[str] = set()
        self._pip = _Pip()

    def read(self, lines: Sequence[str]) -> tuple[list[str], Optional[Progress]]:
        kept, latest = self._pip.read(lines)
        crates = [name for name in map(progress.crate, kept) if name]
        if not crates:
            return kept, None if self._seen else latest
        if not self._seen and not self._total and self._folder is not None:
            self._total = _crate_count(self._folder)
        self._seen.update(crates)
        # Some crates in the lock file are for other systems, so the build ends before the total.
        done = len(self._seen)
        total = max(self._total, done) if self._total else 0
        return kept, Progress(float(done), float(total), crates[-1])


def _crate_count(folder: Path) -> int:
    """Return how many crates the build below ``folder`` has locked; 0 if there is no lock file.

    pip unpacks a source archive to ``pip-install-…/NAME…``. The lock file is there, or in
    ``src/rust`` for releases before 43.
    """
    for location in ("Cargo.lock", "src/rust/Cargo.lock"):
        for lock in folder.glob(f"pip-*/*/{location}"):
            try:
                return progress.count_locked_crates(lock.read_text("utf-8", errors="replace"))
            except OSError:  # the build has ended, and pip has removed it
                continue
    return 0
