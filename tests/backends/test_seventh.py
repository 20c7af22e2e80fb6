"""A new package manager is one file of backends and one table of packages: nothing else.

The manager ``seven`` is invented here: its backend is in a temporary folder, its table is
added to the asset, and its program is a shell script. Everything else is the wizard as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import backends
from backends.action import Command
from backends.manager import managers
from tests.machines import machine
from tests.programs import only, program, silent_apt
from tests.wizard.planned import plan
from wizard import table_source
from wizard.choices import Choices
from wizard.export.formats import to_shell
from wizard.facts import Facts, Package
from wizard.knowledge import load
from wizard.machine import packages
from wizard.plan import Plan, Step
from wizard.running import step_checks

BACKEND = """
from backends.action import Command
from backends.manager import find_problem


class Seven:
    name = "seven"
    label = "Seven (an invented system)"
    programs = ("seven", "/opt/seven/bin/seven")
    aliases = ("seven-get",)
    manual_install = ("seven", "get")
    yields_to = ""
    prefixes = ("/opt/seven",)
    owned = ("/opt/seven/",)
    openssl_headers = ("/opt/seven/include",)

    def query(self, names):
        return Command(("seven", "have", *names))

    def installed(self, names, output):
        pairs = (line.split() for line in output.stdout.splitlines())
        return {name: version for name, version in pairs if name in names}

    def ask_candidates(self, names):
        return Command(("seven", "offer", *names))

    def candidates(self, names, output):
        return self.installed(names, output)

    def ask_removals(self, names):
        return None

    def removals(self, output):
        return ()

    def ask_folder(self, name):
        return None

    def refresh(self):
        return Command(("seven", "fetch"), root=True)

    def install(self, names):
        return Command(("seven", "get", *names), root=True) if names else None

    def remove(self, names):
        return Command(("seven", "drop", *names), root=True) if names else None

    def explain(self, output):
        return find_problem(output, (), "seven: ", "seven")


MANAGER = Seven()
"""
TABLE = {
    "manager": "seven",
    "build": ["compiler"],
    "openssl": [{"package": "ssl-headers", "source": "invented"}],
    "python_headers": ["python{minor}-headers"],
    "venv": "",
    "source": "invented",
    "rust": [{"packages": ["rusty"], "version_of": "rusty", "source": "invented"}],
}
SCRIPT = """case "$1" in
have) echo compiler 14 ;;
offer)
    printf '%s %s\\n' compiler 14 ssl-headers 3.5.1 python3.11-headers 3.11.2 rusty 1.95.0 ;;
*) exit 1 ;;
esac"""
MISSING = ("ssl-headers", "python3.11-headers", "rusty")


@pytest.fixture
def seven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The new manager's file, table and program; the path of the program."""
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "seven.py").write_text(BACKEND, encoding="utf-8")
    monkeypatch.setattr(backends, "__path__", [*backends.__path__, str(tmp_path / "backend")])
    read = table_source.read_asset

    def with_seven(name: str) -> dict[str, Any]:
        data = read(name)
        return {**data, "manager": [*data["manager"], TABLE]} if "manager" in data else data

    monkeypatch.setattr("wizard.knowledge.read_asset", with_seven)
    only(monkeypatch, tmp_path / "bin")
    silent_apt(tmp_path / "bin")
    managers.cache_clear()
    load.cache_clear()
    yield program(tmp_path / "bin", "seven", SCRIPT)
    managers.cache_clear()
    load.cache_clear()
    sys.modules.pop("backends.seven", None)


def here() -> Facts:
    """A machine that has this manager only, asked by the probe itself."""
    found = tuple(manager for manager in packages.read(("3.11",)) if manager.name == "seven")
    return replace(machine("debian-12"), managers=found)


def step(made: Plan, name: str) -> Step:
    return next(each for each in made.steps if each.id == name)


def test_the_probe_finds_and_asks_it(seven: str) -> None:
    (found,) = here().managers
    assert (found.program, found.problem) == (seven, "")
    assert found.packages == (
        Package("compiler", "14", "14"),
        Package("ssl-headers", "", "3.5.1"),
        Package("rusty", "", "1.95.0"),
        Package("python3.11-headers", "", "3.11.2"),
    )


def test_the_planner_uses_it(seven: str) -> None:
    made = plan(here(), load(), Choices(method="source", manager="seven"))
    install = step(made, "packages")
    assert isinstance(install.action, Command)
    assert install.action.argv == (seven, "get", *MISSING)
    assert [a.argv for a in install.undo if isinstance(a, Command)] == [(seven, "drop", *MISSING)]
    assert f"{seven} get ssl-headers" in to_shell(made)


def test_it_is_asked_again_after_the_step(seven: str) -> None:
    made = plan(here(), load(), Choices(method="source"))
    assert step_checks.missing_result(step(made, "packages")) == (
        "seven succeeded, but these packages are still not installed: "
        "ssl-headers, python3.11-headers, rusty."
    )


def test_without_its_file_and_table_nobody_knows_it() -> None:
    assert "seven" not in managers()
    assert load().packages_of("seven") is None
