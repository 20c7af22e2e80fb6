"""MacPorts: macOS.

Measured with MacPorts 2.12:

* ``installed`` has exit code 0 for ports that are not installed. Only the ``(active)`` version of a
  port is in use.
* ``search --exact --line`` looks up many names at once and omits the unknown ones, while ``info``
  fails; with ``-q`` it prints no versions.
* An unknown name gives exit code 1, but the names before it **are** already installed.
* Without ``-N`` it asks, and the answer no gives exit code 0.
* The port ``rust`` does not include cargo. A port that another one needs is not removed, so the
  ports are removed in reverse order.
* It refuses to install a port that conflicts with an active one, and removes none.
* It upgrades installed ports that are outdated and that a new one needs (macports/macports-base:
  src/macports1.0/macports.tcl, ``_upgrade_mport_deps``); without ``-u`` the earlier versions stay.
  Then it rebuilds the ports that this broke (port-rev-upgrade(1)). With ``-n`` it would upgrade
  none, but ports expect the newest versions of what they need (port-upgrade(1)).
* It waits for its lock forever, and says so. After an interruption (exit code 2), the next call
  continues.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backends.action import Command, Output
from backends.manager import Problem, ProblemKind, find_problem

LOCK_SECONDS = 300
_ENV = (("LC_ALL", "C"),)
_BUSY = "Waiting for lock on"
_INSTALLED = re.compile(r"^ +(\S+) @(\S+) \(active\)", re.MULTILINE)
_PROBLEMS: tuple[tuple[ProblemKind, re.Pattern[str]], ...] = (
    ("denied", re.compile(r"Insufficient privileges|Permission denied")),
    ("aborted", re.compile(r"Error: Aborted: SIG\w+ received")),
    ("unknown-package", re.compile(r"Error: Port \S+ not found")),
    (
        "offline",
        re.compile(
            r"Could not resolve host|Failed to connect to|Couldn't connect to server"
            r"|Failed to fetch|synchronization of .* failed"
        ),
    ),
    ("broken", re.compile(r"Dependency '[^']*' not found|Please uninstall the ports that depend")),
)


class MacPorts:
    """See `backends.manager.PackageManager`."""

    name = "macports"
    label = "MacPorts (macOS)"
    programs = ("port", "/opt/local/bin/port")
    aliases: tuple[str, ...] = ()
    manual_install = ("port", "install")
    yields_to = ""
    changes_to_others = (
        "MacPorts upgrades installed ports that are outdated and that the new ones need, and "
        "rebuilds ports that this breaks; undo keeps these versions. It removes nothing: the "
        "earlier versions stay, inactive."
    )
    prefixes: tuple[str, ...] = ("/opt/local",)
    owned: tuple[str, ...] = ("/opt/local/",)
    openssl_headers: tuple[str, ...] = ("/opt/local/libexec/openssl3/include", "/opt/local/include")

    def query(self, names: Sequence[str]) -> Command:
        return Command(("port", "-q", "installed", *names), env=_ENV)

    def installed(self, names: Sequence[str], output: Output) -> dict[str, str]:
        return {m[1]: m[2] for m in _INSTALLED.finditer(output.stdout) if m[1] in names}

    def ask_candidates(self, names: Sequence[str]) -> Command:
        return Command(("port", "search", "--exact", "--line", *names), env=_ENV)

    def candidates(self, names: Sequence[str], output: Output) -> dict[str, str]:
        if names and not output.stdout.strip() and output.exit == 0:
            raise ValueError("it neither lists these ports nor says that they are missing")
        rows = (line.split("\t") for line in output.stdout.splitlines())
        return {row[0]: row[1] for row in rows if len(row) > 2 and row[0] in names}

    def ask_removals(self, names: Sequence[str]) -> None:  # noqa: ARG002 - see above
        return None

    def removals(self, output: Output) -> tuple[str, ...]:  # noqa: ARG002 - see above
        return ()

    def ask_folder(self, name: str) -> None:  # noqa: ARG002 - packages share folders here
        return None

    def refresh(self) -> Command:
        return self._change(("sync",), timeout=900)

    def install(self, names: Sequence[str]) -> Command | None:
        return self._change(("install", *names), timeout=7200) if names else None

    def remove(self, names: Sequence[str]) -> Command | None:
        return self._change(("uninstall", *reversed(names)), timeout=1800) if names else None

    def explain(self, output: Output) -> Problem | None:
        return find_problem(output, _PROBLEMS, "Error: ", "port")

    def _change(self, arguments: tuple[str, ...], *, timeout: float) -> Command:
        return Command(
            ("port", "-N", *arguments),
            env=_ENV,
            root=True,
            busy=_BUSY,
            busy_seconds=LOCK_SECONDS,
            timeout=timeout,
        )


MANAGER = MacPorts()
