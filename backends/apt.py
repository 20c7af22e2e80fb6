"""APT: Debian, Ubuntu and their derivatives.

Measured: every failure of ``apt-get`` has exit code 100, so failures are distinguished by their
text under ``LC_ALL=C``; ``apt-cache policy`` prints nothing for an unknown name, and ``Candidate:
(none)`` for a virtual one; ``DPkg::Lock::Timeout`` works only for ``install``, so a busy ``update``
is tried again. With ``-y`` it removes a package that conflicts with a requested one, without asking
(``cargo-web`` removes ``cargo``); with ``--no-remove`` it stops instead. ``-s`` only says what it
would do, also to ordinary users, and takes no lock.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backends.action import Command, Output
from backends.manager import Problem, ProblemKind, find_problem

LOCK_SECONDS = 300
_QUIET = (("LC_ALL", "C"),)
_ENV = (*_QUIET, ("DEBIAN_FRONTEND", "noninteractive"), ("DEBIAN_PRIORITY", "critical"))
# sudo closes additional file descriptors, so the reports go to standard output.
_REPORTING = ("-o", "APT::Status-Fd=1")
_BUSY = r"Could not get lock \S+|Waiting for cache lock|Unable to (?:acquire|lock)"
_BUSY_DPKG = r"dpkg frontend lock (?:is|was) locked by another process"
_REMOVAL = re.compile(r"^(?:Remv|Purg) (\S+)", re.MULTILINE)
_FORMAT = "${db:Status-Abbrev} ${Package} ${Version} ${Provides}\\n"
_PROBLEMS: tuple[tuple[ProblemKind, re.Pattern[str]], ...] = (
    ("denied", re.compile(r"are you root\?|Permission denied")),
    ("locked", re.compile(r"Could not get lock|Unable to acquire the dpkg frontend lock")),
    ("unknown-package", re.compile(r"Unable to locate package|has no installation candidate")),
    (
        "offline",
        re.compile(
            r"Temporary failure resolving|Could not connect to|Could not resolve|Failed to fetch"
            r"|Unable to connect to|Some index files failed to download"
        ),
    ),
    ("removes", re.compile(r"Packages need to be removed but remove is disabled")),
    (
        "broken",
        re.compile(r"unmet dependencies|dpkg was interrupted|unfixable|Sub-process .* error"),
    ),
    ("aborted", re.compile(r"\bAbort\.$", re.MULTILINE)),
)


class Apt:
    """See `backends.manager.PackageManager`."""

    name = "apt"
    label = "APT (Debian, Ubuntu)"
    programs = ("apt-get", "/usr/bin/apt-get")
    aliases: tuple[str, ...] = ("aptitude",)
    manual_install = ("apt-get", "install")
    yields_to = ""
    prefixes: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    openssl_headers: tuple[str, ...] = ()
    journal = "/var/lib/dpkg/updates"
    """dpkg's notes about packages that it is working on: files named by numbers."""

    def finish(self) -> Command:
        """See `backends.manager.finishing`."""
        return Command(
            ("dpkg", "--configure", "-a"),
            env=_ENV,
            root=True,
            busy=_BUSY_DPKG,
            busy_seconds=LOCK_SECONDS,
            timeout=1800,
        )

    def query(self, names: Sequence[str]) -> Command:
        # Exit code 1 means that some of them are not installed: an answer, not a failure.
        return Command(("dpkg-query", "-W", "-f", _FORMAT, *names), env=_QUIET, ok=(0, 1))

    def installed(self, names: Sequence[str], output: Output) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in output.stdout.splitlines():
            status, _, rest = line.partition(" ")
            # "ii" is installed; the second letter is the state, the first only the desired state.
            words = rest.split(maxsplit=2)
            if len(status) < 2 or status[1] != "i" or len(words) < 2:
                continue
            name, version = words[0], words[1]
            provided = (words[2] if len(words) == 3 else "").split(",")
            for provided_name in (name, *(entry.split("(")[0].strip() for entry in provided)):
                if provided_name in names:
                    found.setdefault(provided_name, version)
        if names and not output.stdout.strip() and output.exit == 0:
            raise ValueError("it neither lists these packages nor says that they are missing")
        return found

    def ask_all(self) -> Command:
        return self.query(())

    def all_installed(self, output: Output) -> frozenset[str]:
        rows = (line.split(maxsplit=2) for line in output.stdout.splitlines())
        return frozenset(row[1] for row in rows if len(row) > 1 and row[0][1:2] == "i")

    def ask_candidates(self, names: Sequence[str]) -> Command:
        # apt treats an unknown name with a dot as a regular expression, which takes a tenth of a
        # second (measured); a pattern of exact names is looked up in one go (since apt 2.0).
        plain = tuple(name for name in names if "." not in name)
        dotted = [f"?exact-name({name})" for name in names if "." in name]
        pattern = (f"?or({','.join(dotted)})",) if dotted else ()
        return Command(("apt-cache", "policy", *plain, *pattern), env=_QUIET)

    def candidates(self, names: Sequence[str], output: Output) -> dict[str, str]:
        found: dict[str, str] = {}
        name = ""
        for line in output.stdout.splitlines():
            if line and not line[0].isspace() and line.endswith(":"):
                name = line[:-1]
            elif line.startswith("  Candidate: ") and name in names:
                version = line.split(": ", 1)[1].strip()
                if version != "(none)":
                    found[name] = version
        if name in names and "  Candidate: " not in output.stdout:
            raise ValueError("it lists packages, but no candidates in English")
        return found

    def ask_removals(self, names: Sequence[str]) -> Command:
        argv = ("apt-get", "install", "-s", "-y", "--no-install-recommends", *names)
        return Command(argv, env=_QUIET)

    def ask_removed_with(self, names: Sequence[str]) -> Command:
        return Command(("apt-get", "remove", "-s", "-y", *names), env=_QUIET)

    def removals(self, output: Output) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_REMOVAL.findall(output.stdout)))

    def ask_folder(self, name: str) -> None:  # noqa: ARG002 - packages share folders here
        return None

    def refresh(self) -> Command:
        return Command(
            ("apt-get", "update"),
            reporting=_REPORTING,
            env=_ENV,
            root=True,
            busy=_BUSY,
            busy_seconds=LOCK_SECONDS,
            timeout=600,
            progress="apt",
        )

    def install(self, names: Sequence[str]) -> Command | None:
        return self._install(names, ("--no-remove",))

    def install_replacing(self, names: Sequence[str]) -> Command | None:
        """See `backends.manager.replacing_install`."""
        return self._install(names, ())

    def _install(self, names: Sequence[str], options: tuple[str, ...]) -> Command | None:
        if not names:
            return None
        return Command(
            (
                *("apt-get", "install", "-y", "--no-install-recommends", *options),
                *("-o", f"DPkg::Lock::Timeout={LOCK_SECONDS}"),
                *names,
            ),
            reporting=_REPORTING,
            env=_ENV,
            root=True,
            busy=_BUSY,
            busy_seconds=LOCK_SECONDS,
            timeout=3600,
            progress="apt",
        )

    def remove(self, names: Sequence[str]) -> Command | None:
        return self._remove(names) if names else None

    def remove_added(self, names: Sequence[str]) -> Command:
        return self._remove(names, "--purge")

    def _remove(self, names: Sequence[str], *options: str) -> Command:
        return Command(
            (
                "apt-get",
                "remove",
                "-y",
                *options,
                "-o",
                f"DPkg::Lock::Timeout={LOCK_SECONDS}",
                *names,
            ),
            env=_ENV,
            root=True,
            busy=_BUSY,
            busy_seconds=LOCK_SECONDS,
            timeout=1800,
        )

    def explain(self, output: Output) -> Problem | None:
        return find_problem(output, _PROBLEMS, "E: ", "apt-get")


MANAGER = Apt()
