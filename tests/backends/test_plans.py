"""Plans with every manager: what is done on machines that have it.

The machines are the recorded Debian 12 with another distribution's name, manager and package
versions; these are of Fedora 42, Alpine 3.22 and CentOS 7 with EPEL.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command
from backends.manager import managers
from tests.machines import machine
from tests.programs import only, program, silent_apt
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Manager, Package, Tool
from wizard.knowledge import load
from wizard.machine import packages
from wizard.plan import Plan

SOURCE = Choices(method="source")
FEDORA = {
    "gcc": "15.1.1-2.fc42",
    "redhat-rpm-config": "342-4.fc42",
    "pkgconf-pkg-config": "2.3.0-2.fc42",
    "openssl-devel": "1:3.2.4-3.fc42",
    "python3.11-devel": "3.11.12-1.fc42",
    "cargo": "1.88.0-1.fc42",
    "rust": "1.88.0-1.fc42",
}
ALPINE = {
    "gcc": "14.2.0-r6",
    "musl-dev": "1.2.5-r10",
    "pkgconf": "2.4.3-r0",
    "openssl-dev": "3.5.0-r0",
    "python3-dev": "3.12.11-r0",
    "cargo": "1.87.0-r0",
    "rust": "1.87.0-r0",
}
CENTOS = {
    "gcc": "4.8.5-44.el7",
    "redhat-rpm-config": "9.1.0-88.el7",
    "pkgconfig": "1:0.27.1-4.el7",
    "openssl11-devel": "1:1.1.1k-7.el7",
    "python3-devel": "3.6.8-21.el7_9",
}


def with_manager(
    distribution: str, name: str, path: str, offered: dict[str, str], installed: str = ""
) -> Facts:
    debian = machine("debian-12")
    has = tuple(Package(n, v if n == installed else "", v) for n, v in offered.items())
    return replace(
        debian,
        system=replace(debian.system, distribution=distribution, distribution_version=""),
        managers=(Manager(name, path, has),),
    )


def command(made: Plan, step: str) -> Command:
    action = next(s.action for s in made.steps if s.id == step)
    assert isinstance(action, Command)
    return action


def undone(made: Plan, step: str) -> Command:
    (action,) = next(s.undo for s in made.steps if s.id == step)
    assert isinstance(action, Command)
    return action


def test_fedora() -> None:
    facts = with_manager("fedora", "dnf", "/usr/bin/dnf", FEDORA, "gcc")
    facts = replace(facts, tools=(*facts.tools, Tool("cc", "/usr/bin/cc", "15.2.1")))
    made = plan(facts, load(), SOURCE)
    assert command(made, "packages-refresh").argv[:2] == ("dnf", "makecache")
    install = command(made, "packages")
    assert install.root
    assert install.argv[:3] == ("dnf", "install", "-y")
    assert set(install.argv[4:]) == set(FEDORA) - {"gcc"}
    assert undone(made, "packages").argv[5:] == install.argv[4:]
    assert "Rust 1.88.0" in next(s.why for s in made.steps if s.id == "install")


def test_a_system_that_has_dnf_5_only_calls_it_by_its_path() -> None:
    made = plan(with_manager("debian", "dnf", "/usr/bin/dnf5", FEDORA), load(), SOURCE)
    assert command(made, "packages").argv[0] == "/usr/bin/dnf5"


def test_alpine() -> None:
    facts = with_manager("alpine", "apk", "/sbin/apk", ALPINE)
    facts = replace(facts, pythons=(replace(facts.pythons[0], version="3.12.11"),))
    made = plan(facts, load(), SOURCE)
    install, remove = command(made, "packages"), undone(made, "packages")
    assert install.argv[0] == "apk"
    assert install.argv[3:5] == ("add", "--virtual")
    assert set(install.argv[6:]) == set(ALPINE)
    assert remove.argv[3:] == ("del", install.argv[5])


def test_centos_7_has_no_rust_that_is_new_enough() -> None:
    facts = with_manager("centos", "yum", "/usr/bin/yum", CENTOS)
    facts = replace(facts, pythons=(replace(facts.pythons[0], version="3.6.8"),))
    with pytest.raises(Impossible) as refused:
        plan(facts, load(), replace(SOURCE, release="40.0.2", rust="system"))
    assert re.search(r"needs Rust 1\.\d+.* or newer, but Rust is not installed", refused.value.why)
    made = plan(facts, load(), replace(SOURCE, release="40.0.2"))
    env = dict(command(made, "install").env)
    assert env["OPENSSL_INCLUDE_DIR"] == "/usr/include/openssl11"
    assert env["OPENSSL_LIB_DIR"] == "/usr/lib64/openssl11"
    assert "/cryptography-wizard/rust/" in env["RUSTUP_HOME"]


def test_lists_that_are_not_there_yet_are_fetched_first() -> None:
    facts = with_manager("fedora", "dnf", "/usr/bin/dnf", {})
    made = plan(facts, load(), SOURCE)
    assert made.prepares
    assert [s.id for s in made.steps] == ["packages-refresh"]


@pytest.mark.parametrize("path", ["/home/linuxbrew/.linuxbrew/bin/brew", "/opt/homebrew/bin/brew"])
def test_homebrew_is_called_where_it_is_and_never_as_root(path: str) -> None:
    facts = with_manager("fedora", "homebrew", path, {"openssl@3": "3.6.0", "rust": "1.92.0"})
    (brew,) = facts.managers
    keg = str(Path(path).parents[1] / "opt" / "openssl@3")
    brew = replace(brew, packages=tuple(replace(p, folder=keg) for p in brew.packages))
    python = replace(facts.pythons[0], headers=True)
    made = plan(replace(facts, managers=(brew,), pythons=(python,)), load(), SOURCE)
    env = dict(command(made, "install").env)
    assert env["OPENSSL_DIR"] == keg
    assert env["RUSTFLAGS"] == f"-C link-arg=-Wl,-rpath,{keg}/lib"
    steps = [command(made, "packages-refresh"), command(made, "packages")]
    for each in (*steps, undone(made, "packages")):
        assert each.argv[0] == path
        assert not each.root
        assert each.detached
    assert steps[1].argv[-2:] == ("openssl@3", "rust")


# How the probe chooses between them.


def test_yum_is_left_alone_where_there_is_dnf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, tmp_path)
    program(tmp_path, "rpm", "exit 0")
    program(tmp_path, "yum", "exit 0")
    # This machine may have dnf, in a folder that every PATH has.
    dnf = managers()["dnf"]
    monkeypatch.setattr(type(dnf), "programs", ("dnf-of-this-test",))
    redhat = frozenset({"centos", "rhel", "fedora"})
    assert "yum" in [manager.name for manager in packages.read((), family=redhat)]
    program(tmp_path, "dnf-of-this-test", "exit 0")
    found = [manager.name for manager in packages.read((), family=redhat)]
    assert "dnf" in found
    assert "yum" not in found
    silent_apt(tmp_path)
    found = [manager.name for manager in packages.read((), family=frozenset({"debian"}))]
    assert "apt" in found
    assert "dnf" not in found


def test_a_manager_that_is_not_on_path_is_asked_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = '{"formulae": [{"name": "openssl@3", "versions": {"stable": "3.6.0"}}]}'
    count = tmp_path / "count"
    body = f"[ \"$1\" = --prefix ] && echo /brew/opt/openssl@3 || echo '{answer}'"
    brew = program(tmp_path / "elsewhere", "brew", f'echo "$1" >> {count}; {body}')
    only(monkeypatch, tmp_path / "bin")
    silent_apt(tmp_path / "bin")
    monkeypatch.setattr(type(managers()["homebrew"]), "programs", ("brew", brew))
    found = next(manager for manager in packages.read(()) if manager.name == "homebrew")
    assert found.program == brew
    assert found.packages == (Package("openssl@3", "", "3.6.0", "/brew/opt/openssl@3"),)
    assert count.read_text() == "info\n--prefix\n"  # once for both of the other questions
