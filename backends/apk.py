"""apk: Alpine.

Measured with apk-tools 2.14 and 3.0:

* ``policy`` prints both the installed version and the available ones, newest first, and needs
  neither root nor the lock. It knows only real names: ``info -e`` would accept ``pkgconfig`` and
  print ``pkgconf``, which cannot be distinguished from the other requested names.
* Versions from a tagged repository (``@edge``) are installed only with that tag, so they do not
  count.
* The exit code is the number of errors; 99 means both "not root" and "locked". With ``--wait``,
  2.14 says even to an ordinary user that it waits for the lock, and then fails at once with "Bad
  file descriptor".
* Without a network, with an untrusted signature, or without repositories, it ends with ``(no such
  package)``, so the warnings before it are checked first.
* After a package's script has failed, every later call ends with an unnamed error.
* A simulation reads only; it says ``Purging`` for each package that would be removed. A package
  that somebody added is never removed to add another one: that is an error.
* Packages added under a virtual name are removed with it, and nothing else is. A second call with
  the same virtual name would remove what the first one installed, so the virtual name contains the
  package names.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from backends.action import Command, Output
from backends.manager import Problem, ProblemKind, find_problem

LOCK_SECONDS = 300
_ENV = (("LC_ALL", "C"),)
_BUSY = (
    "Waiting for repository lock|Unable to lock database: "
    "(?:temporary error|Resource temporarily unavailable|Interrupted system call)"
)
_DENIED = r"^ERROR: .*(?:Permission denied|Bad file descriptor)"
_REMOVAL = re.compile(r"^\(\d+/\d+\) Purging ([^.\s]\S*)", re.MULTILINE)
_PROBLEMS: tuple[tuple[ProblemKind, re.Pattern[str]], ...] = (
    ("denied", re.compile(_DENIED, re.MULTILINE)),
    ("locked", re.compile(r"Unable to lock database")),
    ("other", re.compile(r"UNTRUSTED signature")),
    ("offline", re.compile(r"^WARNING: (?:updating|opening|fetching) .*", re.MULTILINE)),
    (
        "unknown-package",
        re.compile(r"\(no such package\):\s+required by: (?:world|\.cryptography-wizard-\S+)\["),
    ),
    ("unknown-package", re.compile(r"package mentioned in index not found")),
    (
        "broken",
        re.compile(
            r"\(no such package\)|^\s+(?:breaks|conflicts): |: (?:script )?exited with error \d+"
            r"|^\d+ errors?; ",
            re.MULTILINE,
        ),
    ),
)


class Apk:
    """See `backends.manager.PackageManager`."""

    name = "apk"
    label = "apk (Alpine)"
    programs = ("apk", "/sbin/apk", "/usr/bin/apk")
    aliases: tuple[str, ...] = ()
    manual_install = ("apk", "add")
    yields_to = ""
    prefixes: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    openssl_headers: tuple[str, ...] = ()

    def query(self, names: Sequence[str]) -> Command:
        return Command(("apk", "policy", *names), env=_ENV)

    def installed(self, names: Sequence[str], output: Output) -> dict[str, str]:
        return _versions(names, output, lambda place: place.endswith("/installed"))

    def ask_candidates(self, names: Sequence[str]) -> Command:
        return self.query(names)

    def candidates(self, names: Sequence[str], output: Output) -> dict[str, str]:
        return _versions(names, output, lambda place: not place.endswith("/installed"))

    def ask_removals(self, names: Sequence[str]) -> Command:
        return Command(("apk", "add", "--simulate", "--virtual", _virtual(names), *names), env=_ENV)

    def removals(self, output: Output) -> tuple[str, ...]:
        return tuple(_REMOVAL.findall(output.stdout))

    def ask_folder(self, name: str) -> None:  # noqa: ARG002 - packages share folders here
        return None

    def refresh(self) -> Command:
        return self._change(("update",), timeout=600)

    def install(self, names: Sequence[str]) -> Command | None:
        if not names:
            return None
        return self._change(("add", "--virtual", _virtual(names), *names))

    def install_permanently(self, names: Sequence[str]) -> Command | None:
        """See `backends.manager.permanent_install`."""
        return self._change(("add", *names)) if names else None

    def remove(self, names: Sequence[str]) -> Command | None:
        if not names:
            return None
        name = _virtual(names)
        command = self._change(("del", name), timeout=1800)
        return replace(command, gone=rf"^ERROR: No such package: {re.escape(name)}$")

    def explain(self, output: Output) -> Problem | None:
        return find_problem(output, _PROBLEMS, "ERROR: ", "apk")

    def _change(self, arguments: tuple[str, ...], *, timeout: float = 3600) -> Command:
        return Command(
            ("apk", "--wait", str(LOCK_SECONDS), *arguments),
            env=_ENV,
            root=True,
            busy=_BUSY,
            denied=_DENIED,
            busy_seconds=LOCK_SECONDS,
            timeout=timeout,
        )


def _virtual(names: Sequence[str]) -> str:
    """Return the name under which these packages are added and removed together."""
    return f".cryptography-wizard-{zlib.crc32(' '.join(sorted(names)).encode()):08x}"


def _versions(
    names: Sequence[str], output: Output, counts: Callable[[str], bool]
) -> dict[str, str]:
    """Return the first version of each name in a repository that counts."""
    found: dict[str, str] = {}
    name = version = ""
    for line in output.stdout.splitlines():
        if line.endswith(" policy:"):
            name, version = line[: -len(" policy:")], ""
        elif line.startswith("    ") and version:
            repository = line.strip()
            if name in names and counts(repository) and not repository.startswith("@"):
                found.setdefault(name, version)
        elif line.startswith("  ") and line.endswith(":"):
            version = line.strip()[:-1]
    return found


MANAGER = Apk()
