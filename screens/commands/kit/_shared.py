"""What the actions of ``kit`` share: the Python and its index, progress."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from screens import fitting
from screens.flags import StoreOnce
from screens.terminal import is_terminal
from wizard.errors import BadRequest, Impossible
from wizard.wording import amount, joined, visible

if TYPE_CHECKING:
    from packaging.version import Version

    from wizard.index.source import IndexSource
    from wizard.kit.making import Contents, Progress
    from wizard.kit.selection import Selection

BETWEEN = 0.1
"""Seconds between two lines of progress on a terminal."""
STEPS = 10
"""How many lines of progress a file or a pipe gets."""


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the folder, which every action has."""
    parser.add_argument("folder", action=StoreOnce, metavar="DIR", help="the folder of the kit")


def folder(text: str) -> Path:
    """Return the absolute path of a folder that was typed. Raises BadRequest."""
    if not text or "\0" in text:
        raise BadRequest("The name of the kit's folder is empty, or has an invalid character.")
    return Path(text).expanduser().absolute()


def index_source() -> IndexSource:
    """Return where the pip of the wizard's Python looks for packages; without one, that of another
    Python here. Raises Impossible."""
    from wizard.choices import Choices
    from wizard.machine import inspection, pythons

    python, source = inspection.inspect(sys.executable, "asked")
    if source is not None:
        return source
    _, others = pythons.find(
        Choices(), str(Path.cwd()), everything=False, on_found=lambda _python, _source: None
    )
    for found in others.values():
        return found
    raise Impossible(
        "The wizard cannot find out which index to use.",
        why=python.problem or f"{python.path} has no pip, and no other Python here has one.",
        hints=("Install pip (on Debian and Ubuntu: python3-pip), and try again.",),
    )


class Meter:
    """Writes how far something is: on a terminal in one line, otherwise in a few lines."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._quiet = quiet
        self._live = is_terminal(stream)
        self._last = 0.0
        self._step = 0
        self._width = 0

    def show(self, text: str, done: float) -> None:
        """Show a text. ``done`` is the part that is done, from 0 to 1."""
        if self._quiet:
            return
        if not self._live:
            step = int(done * STEPS)
            if step > self._step:
                self._step = step
                self._stream.write(f"{text}\n")
                self._stream.flush()
            return
        now = time.monotonic()
        if now - self._last < BETWEEN and done < 1:
            return
        self._last = now
        columns = fitting.columns(self._stream)
        shown = text[: columns - 1] if columns else text
        self._stream.write(f"\r{shown.ljust(self._width)}")
        self._stream.flush()
        self._width = len(shown)

    def line(self, text: str) -> None:
        """Write a line that stays."""
        if not self._quiet:
            self.end()
            self._stream.write(f"{text}\n")
            self._stream.flush()

    def end(self) -> None:
        """Remove the line of progress."""
        if self._live and self._width:
            self._stream.write(f"\r{' ' * self._width}\r")
            self._stream.flush()
            self._width = 0
        self._step = 0


def reading(meter: Meter) -> Callable[[int, int], None]:
    """Return what shows on a meter how many bytes of a kit are read, of how many."""

    def show(done: int, of: int) -> None:
        meter.show(f"Reading the files: {amount(done)} of {amount(of)}", done / max(1, of))

    return show


def downloading(meter: Meter) -> Callable[[Progress], None]:
    """Return what shows the progress of downloads on a meter."""

    def show(progress: Progress) -> None:
        of = f" of {amount(progress.whole)}" if progress.whole else ""
        part = progress.bytes / progress.whole if progress.whole else 0.0
        done = part if progress.whole else progress.files / max(1, progress.of_files)
        meter.show(
            f"Downloading: {amount(progress.bytes)}{of}, {progress.files} of "
            f"{progress.of_files} files",
            done,
        )

    return show


def selection_lines(selection: Selection) -> list[str]:
    """Return what each kind of computer gets, one block of lines for each, then what all need."""
    from wizard.kit.platforms import PLATFORMS, ranges

    lines: list[str] = []
    for platform in map(PLATFORMS.__getitem__, selection.order.platforms):
        chosen = [each for each in selection.chosen if each.target.platform == platform]
        releases: dict[tuple[str, str], list[str]] = {}
        reasons: dict[str, list[str]] = {}
        for each in chosen:
            releases.setdefault((each.release, each.oldest), []).append(each.target.python)
        lines.append(f"  {platform.title} ({platform.name})")
        for (release, oldest), pythons in releases.items():
            system = {"macos": "macOS", "windows": "Windows"}.get(platform.system, platform.libc)
            since = f", {system} {oldest} or newer" if oldest else ""
            lines.append(f"    {release} for Python {ranges(pythons)}{since}")
        lines += [f"    ! {text}" for text in dict.fromkeys(e.caveat for e in chosen if e.caveat)]
        for absent in selection.missing:
            if absent.target.platform == platform:
                reasons.setdefault(absent.why, []).append(absent.target.python)
        for why, pythons in reasons.items():
            lines.append(f"    ! nothing for Python {ranges(pythons)}: {why}")
    return [*lines, f"  Other packages: {', '.join(_other_packages(selection))}"]


def _other_packages(selection: Selection) -> Iterator[str]:
    """Yield each package beside cryptography with its versions: ``numpy 2.0.2 and 2.3.4``."""
    from wizard.kit.selection import CRYPTOGRAPHY

    versions: dict[str, set[Version]] = {}
    for wheel in selection.wheels:
        versions.setdefault(wheel.name, set()).add(wheel.version)
    for name in sorted(versions.keys() - {CRYPTOGRAPHY}):
        yield f"{name} {joined(map(str, sorted(versions[name])))}"


def size_line(found: Contents) -> str:
    """Return how much there is, and how much of it is downloaded."""
    from wizard.kit import selection

    whole, unknown = selection.total(found.selection.wheels)
    wanted, _ = selection.total(found.wanted)
    at_least = "at least " if unknown else ""
    count = len(found.selection.wheels)
    here = f"; {count - len(found.wanted)} are there already" if found.present else ""
    return (
        f"{count} wheels, {at_least}{amount(whole)}{here}. "
        f"To download: {len(found.wanted)}, {at_least}{amount(wanted)}."
    )


def write_lines(lines: Iterable[str], stream: TextIO) -> None:
    """Write lines, broken to fit the width of the stream.

    They may have names from a kit that somebody else has made: control characters become escapes.
    """
    text = "\n".join(fitting.fitted([*map(visible, lines)], fitting.columns(stream)))
    stream.write(f"{text}\n")
    stream.flush()
