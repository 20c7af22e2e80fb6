"""DNF 4 and 5: Fedora, RHEL and CentOS since 8, and their derivatives.

Measured with dnf 4.14 and 5.4:

* With ``-C`` it answers from the existing lists, without the network. As root it waits while
  another process updates them (such as Fedora's timer), unless an option forbids it. A user's cache
  may be empty: DNF 4 then fails with a special message, and DNF 5 prints nothing.
* A format always ends with a line break in DNF 4, and never automatically in DNF 5; unknown names
  give exit code 0 and no line. ``--whatprovides`` finds a package by each of its names.
* An unknown name cancels the whole call. Without a network, and with ``skip_if_unavailable``, it
  ends with the same message as an unknown name, so network errors are checked first.
* DNF 4 waits for its lock forever, unless an option forbids it (``exit_on_lock``: exit code 200,
  naming the holder). DNF 5 does not have that option; it waits, and says so.
* A failing ``%post`` gives exit code 0 in DNF 4 and 1 in DNF 5; the package is installed in both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backends import rpm
from backends.action import Command, Output
from backends.manager import Problem, ProblemKind, find_problem

_ENV = (("LC_ALL", "C"),)
_BUSY = (
    r"already locked by \d+|application with PID \d+ is"
    r"|Waiting for process with pid \d+|Waiting for a lock on"
)
_FORMAT = "%{name} %{evr}\\n%{provides}\\n"
_PROBLEMS: tuple[tuple[ProblemKind, re.Pattern[str]], ...] = (
    ("denied", re.compile(r"superuser privileges|cannot open Packages database|rpmdb open failed")),
    ("locked", re.compile(r"already locked by \d+")),
    # There are no lists yet, so no package is known until they are downloaded.
    ("unknown-package", re.compile(r"Cache-only enabled but no cache")),
    (
        "offline",
        re.compile(
            r"Curl error|Status code: \d+ for|Failed to download metadata"
            r"|Error downloading packages"
        ),
    ),
    ("unknown-package", re.compile(r"Unable to find a match|No match for argument")),
    (
        "broken",
        re.compile(
            r"nothing provides|conflicting requests|Transaction failed|Error in \w+ scriptlet"
        ),
    ),
    ("aborted", re.compile(r"Operation aborted|KeyboardInterrupt")),
    ("other", re.compile(r"You have enabled checking of packages via GPG keys")),
)


class Dnf:
    """See `backends.manager.PackageManager`."""

    name = "dnf"
    label = "DNF (Fedora, RHEL)"
    programs = ("dnf", "/usr/bin/dnf", "dnf5", "/usr/bin/dnf5")
    aliases: tuple[str, ...] = ("microdnf",)
    manual_install = ("dnf", "install")
    yields_to = ""
    prefixes: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    openssl_headers: tuple[str, ...] = ()

    def query(self, names: Sequence[str]) -> Command:
        return rpm.query(names)

    def installed(self, names: Sequence[str], output: Output) -> dict[str, str]:
        return rpm.installed(names, output)

    def ask_all(self) -> Command:
        return rpm.ask_all()

    def all_installed(self, output: Output) -> frozenset[str]:
        return rpm.all_installed(output)

    def ask_candidates(self, names: Sequence[str]) -> Command:
        return Command(
            (
                *("dnf", "-q", "-C", rpm.EXIT_ON_LOCK, "repoquery", "--latest-limit=1"),
                *("--qf", _FORMAT, f"--whatprovides={','.join(names)}"),
            ),
            env=_ENV,
            busy=_BUSY,
        )

    def candidates(self, names: Sequence[str], output: Output) -> dict[str, str]:
        found: dict[str, str] = {}
        provided: dict[str, str] = {}
        version = ""
        for line in output.stdout.splitlines():
            words = line.split()
            if len(words) == 2:  # a package; its provides follow, as "name = version"
                version = words[1].removeprefix("0:")
                found[words[0]] = version
            elif words and version:
                provided.setdefault(words[0], version)
        known = {**provided, **found}
        return {name: known[name] for name in names if name in known}

    def ask_removals(self, names: Sequence[str]) -> Command:
        return rpm.ask_removals("dnf", names, busy=_BUSY)

    def ask_removed_with(self, names: Sequence[str]) -> Command:
        return rpm.ask_removed_with("dnf", names, busy=_BUSY)

    def remove_added(self, names: Sequence[str]) -> Command:
        return rpm.remove_added("dnf", names, busy=_BUSY)

    def removals(self, output: Output) -> tuple[str, ...]:
        return rpm.removals(output)

    def ask_folder(self, name: str) -> None:  # noqa: ARG002 - packages share folders here
        return None

    def refresh(self) -> Command:
        return rpm.change("dnf", ("makecache", rpm.EXIT_ON_LOCK), busy=_BUSY, timeout=600)

    def install(self, names: Sequence[str]) -> Command | None:
        return rpm.install("dnf", names, busy=_BUSY)

    def remove(self, names: Sequence[str]) -> Command | None:
        return rpm.remove("dnf", names, busy=_BUSY)

    def explain(self, output: Output) -> Problem | None:
        return find_problem(output, _PROBLEMS, "Error: ", "dnf")


MANAGER = Dnf()
