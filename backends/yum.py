"""yum 3: RHEL and CentOS 7. Since 8, ``yum`` is another name for dnf, so dnf is preferred.

From the sources of yum 3.4.3 (cli.py, yummain.py, yumcommands.py, yumRepo.py); its successor with
the same name was measured:

* With ``-C``, a query is answered from the system's lists, also for ordinary users.
* ``list`` prints what is installed and then, only if it differs, what is available. It wraps long
  lines, so its words are read in groups of three, regardless of lines. Unavailable names are
  omitted; exit code 1 if all are unavailable.
* An unknown name in a call is skipped and the others are installed, with exit code 0: only a query
  afterwards shows this. If nothing is left to do, the exit code is 1.
* It waits for its lock forever, unless ``exit_on_lock`` is set.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backends import rpm
from backends.action import Command, Output
from backends.manager import Problem, ProblemKind, find_problem

_ENV = (("LC_ALL", "C"),)
_BUSY = (
    r"another copy is running as pid \d+|holding the yum lock"
    r"|already locked by \d+|application with PID \d+ is"
)
_HEADING = re.compile(r"^(?:Installed|Available) Packages$", re.MULTILINE)
_PROBLEMS: tuple[tuple[ProblemKind, re.Pattern[str]], ...] = (
    ("denied", re.compile(r"You need to be root|superuser privileges")),
    (
        "locked",
        re.compile(r"another copy is running as pid|holding the yum lock|already locked by"),
    ),
    # There are no lists yet, so no package is known until they are downloaded.
    ("unknown-package", re.compile(r"no local cache of|Cache-only enabled but no cache")),
    (
        "offline",
        re.compile(
            r"Cannot find a valid baseurl|Could not resolve host|Cannot retrieve (?:metalink|repo)"
            r"|\[Errno \d+\] (?:curl|HTTP)|Curl error|Failed to download metadata"
        ),
    ),
    (
        "unknown-package",
        re.compile(r"No package \S+ available|Unable to find a match|No matching Packages"),
    ),
    ("broken", re.compile(r"^Error: Package: |Transaction Check Error|scriptlet failed", re.M)),
    ("aborted", re.compile(r"Exiting on user [cC]ommand|Exiting on user cancel|Operation aborted")),
)


class Yum:
    """See `backends.manager.PackageManager`."""

    name = "yum"
    label = "yum (RHEL 7, CentOS 7)"
    programs = ("yum", "/usr/bin/yum")
    aliases: tuple[str, ...] = ()
    manual_install = ("yum", "install")
    yields_to = "dnf"
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
        return Command(("yum", "-q", "-C", rpm.EXIT_ON_LOCK, "list", *names), env=_ENV, busy=_BUSY)

    def candidates(self, names: Sequence[str], output: Output) -> dict[str, str]:
        first = _HEADING.search(output.stdout)
        if first is None and output.stdout.strip() and output.exit == 0:
            raise ValueError("it has none of yum's headings in English")
        words = _HEADING.sub("", output.stdout[first.start() :]).split() if first else []
        found: dict[str, str] = {}
        for full, version in zip(words[::3], words[1::3]):
            name = full.rpartition(".")[0]
            if name in names:
                found[name] = version
        return found

    def ask_removals(self, names: Sequence[str]) -> Command:
        return rpm.ask_removals("yum", names, busy=_BUSY)

    def ask_removed_with(self, names: Sequence[str]) -> Command:
        return rpm.ask_removed_with("yum", names, busy=_BUSY)

    def remove_added(self, names: Sequence[str]) -> Command:
        return rpm.remove_added("yum", names, busy=_BUSY)

    def removals(self, output: Output) -> tuple[str, ...]:
        return rpm.removals(output)

    def ask_folder(self, name: str) -> None:  # noqa: ARG002 - packages share folders here
        return None

    def refresh(self) -> Command:
        return rpm.change("yum", ("makecache", rpm.EXIT_ON_LOCK), busy=_BUSY, timeout=600)

    def install(self, names: Sequence[str]) -> Command | None:
        return rpm.install("yum", names, busy=_BUSY)

    def remove(self, names: Sequence[str]) -> Command | None:
        return rpm.remove("yum", names, busy=_BUSY)

    def explain(self, output: Output) -> Problem | None:
        return find_problem(output, _PROBLEMS, "Error: ", "yum")


MANAGER = Yum()
