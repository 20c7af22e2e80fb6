"""rpm: what is installed, on every system whose packages are rpms. dnf and yum install them.

Measured (rpm 4.18 and 6.0): the exit code is the number of names that nothing provides. A name
that a package provides counts, so a package is found by any of its names: Fedora's
``python3-devel`` is ``python3.12-devel`` too, and ``pkg-config`` is ``pkgconf-pkg-config``.
"""

from __future__ import annotations

from collections.abc import Sequence

from backends.action import Command, Output

_FORMAT = "%{NAME} %{EVR} [%{PROVIDENAME} ]\\n"


def query(names: Sequence[str]) -> Command:
    """Ask which of these are installed. It waits for no lock."""
    return Command(
        ("rpm", "-q", "--whatprovides", "--qf", _FORMAT, *names),
        env=(("LC_ALL", "C"),),
        ok=tuple(range(len(names) + 1)),
    )


def installed(names: Sequence[str], output: Output) -> dict[str, str]:
    """Read the answer to `query`: versions with their epoch, where it is not 0.

    Raises ValueError where the answer is none.
    """
    found: dict[str, str] = {}
    for line in output.stdout.splitlines():
        # "no package provides rust" begins with no name that is asked for.
        name, *rest = line.split() or ("",)
        if len(rest) < 2 or name not in rest[1:]:
            continue
        for each in (name, *rest[1:]):
            if each in names and (each == name or each not in found):
                found[each] = rest[0].removeprefix("0:")
    if names and not found and output.exit == 0:
        raise ValueError("it neither names these packages nor says that they are not there")
    return found
