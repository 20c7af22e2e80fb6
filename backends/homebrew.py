"""Homebrew: macOS, and optionally Linux. It never runs as root.

Measured with Homebrew 5.0 and 6.0:

* ``info --json=v2`` prints both the installed version and the available one. A keg-only formula has
  no linked keg although it is installed, so ``installed`` is what counts; ``--prefix`` prints a
  path even if the formula is not installed. With one unknown name there is no output at all.
* Names may contain an ``@`` (``openssl@3``), and have aliases (``pkg-config`` is ``pkgconf``).
* On a terminal, 6.0 asks before it installs dependencies, and 5.0 does not have ``-y``. To prevent
  questions, it runs without the terminal and with certain environment variables.
* It does not wait for a lock, but fails at once. A formula that another process is building is
  listed as installed, without a time.
* Unless variables forbid it, an installation removes old versions of other formulae, and removing a
  formula also removes those that nothing needs any more, even if they were installed before.
* It sends statistics about what is installed, unless a variable forbids it.
* A formula may need a newer version of an installed one. Homebrew then upgrades that, and
  afterwards the outdated formulae that use it, which would otherwise break. The variable
  HOMEBREW_NO_INSTALLED_DEPENDENTS_CHECK omits the second part, so it is not set: it "may result in
  more breakage" (Homebrew/brew, Library/Homebrew/env_config.rb; ``dependants`` in upgrade.rb).
* ``install --dry-run`` would list these upgrades, but it downloads the manifest of each bottle
  (``compute_dependencies`` in formula_installer.rb), so a plan only says that they are possible.
* Removing several formulae removes those that exist, and is an error if one does not.
* It refuses to install a formula that conflicts with an installed one, and removes none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from backends.action import Command, Output
from backends.manager import Problem, ProblemKind, find_problem

LOCK_SECONDS = 300
_ENV = (
    ("LC_ALL", "C"),
    ("HOMEBREW_NO_AUTO_UPDATE", "1"),
    ("HOMEBREW_NO_ASK", "1"),
    ("HOMEBREW_NO_INSTALL_UPGRADE", "1"),
    ("HOMEBREW_NO_INSTALL_CLEANUP", "1"),
    ("HOMEBREW_NO_AUTOREMOVE", "1"),
    ("HOMEBREW_NO_ANALYTICS", "1"),
    ("HOMEBREW_NO_ENV_HINTS", "1"),
    ("HOMEBREW_NO_COLOR", "1"),
    ("HOMEBREW_NO_EMOJI", "1"),
)
_BUSY = r"has already locked|Another (?:active Homebrew|`brew \w+`) process"
_PROBLEMS: tuple[tuple[ProblemKind, re.Pattern[str]], ...] = (
    ("denied", re.compile(r"Running Homebrew as root|not writable by your user|Permission denied")),
    ("locked", re.compile(_BUSY)),
    # A failed build searches the network for known bugs, and complains if there is no network.
    ("other", re.compile(r"^Last \d+ lines from |no bottle available|has been disabled", re.M)),
    (
        "offline",
        re.compile(r"Could not resolve host|Failed to connect to|Download failed"),
    ),
    ("unknown-package", re.compile(r"No available formula|No formulae or casks found")),
    ("broken", re.compile(r"Refusing to uninstall|unsatisfied requirement")),
)


class Homebrew:
    """See `backends.manager.PackageManager`."""

    name = "homebrew"
    label = "Homebrew (macOS, Linux)"
    programs = (
        "brew",
        "/opt/homebrew/bin/brew",
        "/usr/local/bin/brew",
        "/home/linuxbrew/.linuxbrew/bin/brew",
    )
    aliases: tuple[str, ...] = ()
    manual_install = ("brew", "install")
    yields_to = ""
    changes_to_others = (
        "If a newer version of an installed formula is needed, Homebrew upgrades that, and the "
        "outdated formulae that use it; undo keeps these versions. It removes nothing."
    )
    prefixes: tuple[str, ...] = ("/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew")
    owned: tuple[str, ...] = (
        "/opt/homebrew/",
        "/home/linuxbrew/",
        "/usr/local/Cellar/",
        "/usr/local/opt/",
    )
    openssl_headers: tuple[str, ...] = (
        "/opt/homebrew/opt/openssl@*/include",
        "/usr/local/opt/openssl@*/include",
        "/home/linuxbrew/.linuxbrew/opt/openssl@*/include",
    )

    def caveat(self, system: str, machine: str) -> str:
        """See `backends.manager.caveat`. Homebrew/brew#23677, amule-org/amule#1236."""
        if (system, machine) != ("macos", "x86_64"):
            return ""
        return (
            "Since August 2026, Homebrew makes no new ready-made packages for Intel Macs. It "
            "compiles what has none, which can take hours for Rust, or stops with “no bottle "
            "available!”. "
            "Without its packages: --rust rustup, and --openssl VERSION --link static."
        )

    def query(self, names: Sequence[str]) -> Command:
        return Command(("brew", "info", "--json=v2", "--formula", *names), env=_ENV)

    def installed(self, names: Sequence[str], output: Output) -> dict[str, str]:
        found: dict[str, str] = {}
        for formula in _formulae(output):
            kegs = [keg for keg in formula.get("installed") or [] if keg.get("time") is not None]
            if kegs:
                found.update(
                    dict.fromkeys(_matching_names(formula, names), str(kegs[-1]["version"]))
                )
        return found

    def ask_candidates(self, names: Sequence[str]) -> Command:
        return self.query(names)

    def candidates(self, names: Sequence[str], output: Output) -> dict[str, str]:
        found: dict[str, str] = {}
        for formula in _formulae(output):
            version = formula.get("versions", {}).get("stable")
            if version and not formula.get("disabled"):
                revision = formula.get("revision")
                whole = f"{version}_{revision}" if revision else str(version)
                found.update(dict.fromkeys(_matching_names(formula, names), whole))
        return found

    def ask_removals(self, names: Sequence[str]) -> None:  # noqa: ARG002 - see above
        return None

    def removals(self, output: Output) -> tuple[str, ...]:  # noqa: ARG002 - see above
        return ()

    def ask_folder(self, name: str) -> Command:
        return Command(("brew", "--prefix", name), env=_ENV)

    def refresh(self) -> Command:
        return self._change(("update",), timeout=900)

    def install(self, names: Sequence[str]) -> Command | None:
        return self._change(("install", "--formula", *names), timeout=7200) if names else None

    def remove(self, names: Sequence[str]) -> Command | None:
        if not names:
            return None
        command = self._change(("uninstall", "--formula", *names), timeout=1800)
        return replace(command, gone=r"^Error: No such keg: ")

    def explain(self, output: Output) -> Problem | None:
        return find_problem(output, _PROBLEMS, "Error: ", "brew")

    def _change(self, arguments: tuple[str, ...], *, timeout: float) -> Command:
        return Command(
            ("brew", *arguments),
            env=_ENV,
            busy=_BUSY,
            busy_seconds=LOCK_SECONDS,
            timeout=timeout,
            detached=True,
        )


def _formulae(output: Output) -> Iterator[dict[str, Any]]:
    """Return the formulae that the output describes; none if an error was printed instead.

    Raises ValueError if it is neither.
    """
    try:
        answer = json.loads(output.stdout)
    except json.JSONDecodeError:
        if output.exit == 0:
            raise ValueError("it is not JSON") from None
        return  # `explain` reports it
    if isinstance(answer, dict):
        yield from answer.get("formulae", [])


def _matching_names(formula: dict[str, Any], names: Sequence[str]) -> list[str]:
    """Return those of ``names`` that mean this formula."""
    formula_names = {formula.get("name"), formula.get("full_name"), *formula.get("aliases", [])}
    return [name for name in names if name in formula_names]


MANAGER = Homebrew()
