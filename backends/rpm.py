"""rpm, and what dnf and yum have in common, for all systems with rpm packages.

Measured (rpm 4.18 and 6.0): the exit code is the number of names that no package provides. Provided
names count, so a package is found by any of its names: Fedora's ``python3-devel`` is
``python3.12-devel`` too, and ``pkg-config`` is ``pkgconf-pkg-config``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backends.action import Command, Output

LOCK_SECONDS = 300
EXIT_ON_LOCK = "--setopt=exit_on_lock=1"
"""With it, dnf 4 and yum do not wait for a lock forever."""
_ONLY_THESE = "--setopt=clean_requirements_on_remove=0"
"""Without it, unneeded packages are removed too, even those that were installed before."""
_REMOVING = re.compile(r"^(?:Removing\b.*|Erasing):$", re.IGNORECASE)
_REPLACING = re.compile(r"^\s+replacing\s+(\S+)")
_FORMAT = "%{NAME} %{EVR} [%{PROVIDENAME} ]\\n"


def query(names: Sequence[str]) -> Command:
    """Ask which of these are installed. It does not wait for a lock."""
    return Command(
        ("rpm", "-q", "--whatprovides", "--qf", _FORMAT, *names),
        env=(("LC_ALL", "C"),),
        ok=tuple(range(len(names) + 1)),
    )


def installed(names: Sequence[str], output: Output) -> dict[str, str]:
    """Read the output of `query`: versions with their epoch, if it is not 0.

    Raises ValueError if the output is invalid.
    """
    found: dict[str, str] = {}
    for line in output.stdout.splitlines():
        # "no package provides rust" does not begin with a requested name.
        name, *rest = line.split() or ("",)
        if len(rest) < 2 or name not in rest[1:]:
            continue
        for provided in (name, *rest[1:]):
            if provided in names and (provided == name or provided not in found):
                found[provided] = rest[0].removeprefix("0:")
    if names and not found and output.exit == 0:
        raise ValueError("it neither lists these packages nor says that they are missing")
    return found


def ask_all() -> Command:
    """Ask for the names of all installed packages. It does not wait for a lock."""
    return Command(("rpm", "-q", "-a", "--qf", "%{NAME}\\n"), env=(("LC_ALL", "C"),))


def all_installed(output: Output) -> frozenset[str]:
    """Read the output of `ask_all`. The keys that rpm trusts are listed as packages too."""
    return frozenset(output.stdout.split()) - {"gpg-pubkey"}


def ask_removals(program: str, names: Sequence[str], *, busy: str) -> Command:
    """Ask which packages would be removed or replaced if these were installed."""
    return Command(
        (program, "-C", EXIT_ON_LOCK, "--assumeno", "install", *names),
        env=(("LC_ALL", "C"),),
        ok=(0, 1),  # 1: "Operation aborted.", because the answer is no
        busy=busy,
    )


def ask_removed_with(program: str, names: Sequence[str], *, busy: str) -> Command:
    """Ask which packages would be removed if these were removed."""
    return Command(
        (program, "-C", EXIT_ON_LOCK, _ONLY_THESE, "--assumeno", "remove", *names),
        env=(("LC_ALL", "C"),),
        ok=(0, 1),  # 1: "Operation aborted.", because the answer is no
        busy=busy,
    )


def removals(output: Output) -> tuple[str, ...]:
    """Read the table that follows `ask_removals` or `ask_removed_with`.

    Removed packages are in groups with a heading, one in each line (``name arch version …``). A
    package that another one replaces (obsoletes) is in a line below it, ``replacing name.arch …``.
    """
    found: list[str] = []
    removing = False
    for line in output.stdout.splitlines():
        words = line.split()
        replaced = _REPLACING.match(line)
        if replaced:
            found.append(replaced[1].rpartition(".")[0] or replaced[1])
        elif line and not line[0].isspace():
            removing = bool(_REMOVING.match(line))
        elif removing and words:
            found.append(words[0])
    return tuple(dict.fromkeys(found))


def change(
    program: str, arguments: tuple[str, ...], *, busy: str, timeout: float = 3600
) -> Command:
    """Return a command of dnf or yum that changes something, and does not wait for a lock
    forever.
    """
    return Command(
        (program, *arguments),
        env=(("LC_ALL", "C"),),
        root=True,
        busy=busy,
        busy_seconds=LOCK_SECONDS,
        timeout=timeout,
    )


def install(program: str, names: Sequence[str], *, busy: str) -> Command | None:
    """Install these in one call; None if there is nothing to do."""
    if not names:
        return None
    return change(program, ("install", "-y", EXIT_ON_LOCK, *names), busy=busy)


def remove(program: str, names: Sequence[str], *, busy: str) -> Command | None:
    """Remove these again and nothing else; None if there is nothing to do."""
    return remove_added(program, names, busy=busy) if names else None


def remove_added(program: str, names: Sequence[str], *, busy: str) -> Command:
    """Remove these and nothing else."""
    arguments = ("remove", "-y", EXIT_ON_LOCK, _ONLY_THESE, *names)
    return change(program, arguments, busy=busy, timeout=1800)
