"""The disks of the folders that an installation fills: free space, and what they cannot do."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from wizard import locations
from wizard.choices import Choices
from wizard.facts import Space
from wizard.programs.processes import ProgramTimeout, ask

MOUNTS = "/proc/self/mountinfo"
XATTR = "/usr/bin/xattr"
"""Apple's program that prints the names of a file's attributes, one a line."""


def filled(choices: Choices, working_folder: str) -> tuple[str, ...]:
    """Return the folders that an installation fills: those of the environment, the cache, the runs,
    and the temporary one; and the home folder, which may be on another disk."""
    environment = str(Path(working_folder, choices.venv).absolute()) if choices.venv else ""
    own = (str(locations.cache()), str(locations.state()))
    others = (tempfile.gettempdir(), choices.temporary_folder, str(Path.home()))
    return (working_folder, environment, *own, *others)


def read(folders: Iterable[str]) -> tuple[Space, ...]:
    """Read the disk of each folder; for one that does not exist yet, that of the nearest above it.

    A folder whose disk cannot be read is left out.
    """
    mounts = _mounts()
    spaces = []
    for folder in dict.fromkeys(filter(None, folders)):
        existing = _existing(Path(folder))
        try:
            free = shutil.disk_usage(existing).free
            flags = os.statvfs(existing).f_flag if hasattr(os, "statvfs") else 0
        except OSError:
            continue
        spaces.append(
            Space(
                folder,
                free,
                noexec=sys.platform == "linux" and bool(flags & os.ST_NOEXEC),
                filesystem=filesystem(mounts, str(existing.resolve())),
                readonly=sys.platform != "win32" and bool(flags & os.ST_RDONLY),
                cloud=cloud(existing),
                ignores_case=sys.platform == "darwin" and ignores_case(existing),
            )
        )
    return tuple(spaces)


def filesystem(mounts: str, folder: str) -> str:
    """Return the type of the file system that contains ``folder``, or empty.

    ``mounts`` is the text of ``/proc/self/mountinfo`` (``proc_pid_mountinfo(5)``).
    """
    found = ""
    longest = -1
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split()
        if not dash or len(fields) < 5:
            continue
        point = _unescaped(fields[4])
        inside = folder == point or folder.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= longest:  # a later mount hides an earlier one
            longest, found = len(point), after.split()[0]
    return found


def cloud(folder: Path) -> str:
    """Return the service that keeps the files of this folder of a Mac, or empty.

    It may replace a file that was not used for some time by a mark, and download it again later
    (Bouke/docx-mailmerge#59 has such marks in site-packages). macOS shows by attributes of Desktop
    and Documents that iCloud keeps them; they are not links (anthropics/claude-code#47241).
    """
    if sys.platform != "darwin":
        return ""
    try:
        parts = folder.resolve().relative_to(Path.home().resolve()).parts
    except ValueError:
        return ""
    if parts[:2] == ("Library", "Mobile Documents"):
        return "iCloud"
    if parts[:2] == ("Library", "CloudStorage") and len(parts) > 2:
        return parts[2].partition("-")[0]  # "OneDrive-Contoso"
    if not parts or parts[0] == "Library":
        return ""
    try:
        output = ask((XATTR, str(Path.home() / parts[0])), timeout=3)
    except (OSError, ProgramTimeout):
        return ""
    names = set(output.stdout.split())
    if "com.apple.icloud.desktop" in names:
        return "iCloud"
    if "com.apple.file-provider-domain-id" in names:
        return "iCloud" if parts[0] in ("Desktop", "Documents") else "a cloud service"
    return ""


def ignores_case(folder: Path) -> bool:
    """Return whether this folder also has its name in the other case."""
    other = folder.with_name(folder.name.swapcase()) if folder.name else folder
    try:
        return other != folder and other.samefile(folder)
    except OSError:  # there is no such folder
        return False


def _unescaped(text: str) -> str:
    """Return a path whose spaces, tabs and backslashes the kernel wrote as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _existing(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.exists()), folder)


def _mounts() -> str:
    try:
        return Path(MOUNTS).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""  # not Linux
