"""The files of the pretended machines: what they must be before anything is planned for them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from packaging.tags import parse_tag

from tests.machines import FOLDER, make, names, recorded
from wizard.facts import Facts, Python
from wizard.knowledge import load
from wizard.machine import packages

WANTED = """
    mac-arm-brew mac-arm-port mac-arm-both mac-arm-two-brews mac-arm-none mac-arm-bare
    mac-arm-upgraded mac-arm-ssh
    mac-intel-brew mac-intel-port mac-intel-none mac-rosetta mac-old
    windows-64 windows-64-bare windows-32 windows-arm64
    debian-11 debian-12 debian-13 debian-13-bare ubuntu-20.04 ubuntu-22.04 ubuntu-24.04
    fedora rhel-7 centos-7 rhel-8 rhel-9 alpine-3.12 alpine-3.16 alpine-3.19 alpine-3.22
    raspberry-armv6 raspberry-armv7 i686 riscv64 pypy free-threaded pep668 proxy workshop
"""
ARCHITECTURES = {
    ("macos", "arm64"): {"arm64", "x86_64"},  # Rosetta
    ("windows", "x86_64"): {"x86_64", "x86"},
    ("windows", "arm64"): {"arm64", "x86_64", "x86"},
    ("linux", "x86_64"): {"x86_64", "i686"},
}
"""What runs on what; anywhere else the interpreter's architecture is the machine's."""
PLATFORMS = {"linux": "linux-", "macos": "macosx-", "windows": "win"}


def facts(name: str) -> Facts:
    """The machine of a file, strictly read."""
    return recorded.read(name)


def test_all_machines_are_there() -> None:
    assert sorted(WANTED.split()) == list(names())


def test_readme_has_a_row_for_each_machine() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.-]+)\.json` \| \S.*\|$", text, re.MULTILINE)
    assert sorted(rows) == list(names())


def test_every_machine_is_recorded_or_described() -> None:
    assert sorted([*recorded.RECORDED, *make.DESCRIBED]) == list(names())


@pytest.mark.parametrize("name", names())
def test_file_is_what_the_generator_writes(name: str) -> None:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert text == recorded.text(make.made(name)), "run: python -m tests.machines.make"


@pytest.mark.parametrize("name", names())
def test_every_machine_says_where_and_when(name: str) -> None:
    machine = facts(name)
    assert machine.listing is None
    assert machine.cache.endswith(("cryptography-wizard", r"cryptography-wizard\Cache"))
    assert machine.folder.endswith("project")
    assert machine.terminal.interactive
    assert re.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", machine.taken)
    assert machine.system.temporary
    assert machine.system.temporary_free > 0
    assert machine.system.memory > 0


@pytest.mark.parametrize("name", names())
def test_tags_parse_and_fit_the_interpreter(name: str) -> None:
    for python in facts(name).pythons:
        for tag in python.pip.tags if python.pip else ():
            assert len(parse_tag(tag)) == len(tag.rsplit("-", 1)[1].split("."))
        if python.pip:
            major, minor = python.version.split(".")[:2]
            short = {"cpython": "cp", "pypy": "pp"}[python.implementation]
            assert python.pip.tags[0].startswith(f"{short}{major}{minor}-")


@pytest.mark.parametrize("name", names())
def test_managers_know_only_what_the_tables_ask(name: str) -> None:
    machine = facts(name)
    tables = {table.manager: table for table in load().packages}
    minors = recorded.minors(machine.pythons)
    for manager in machine.managers:
        wanted = packages.package_names(tables[manager.name], minors)
        assert {package.name for package in manager.packages} <= set(wanted)
        for package in manager.packages:
            assert package.installed or package.candidate
            assert bool(package.folder) == (package.name == "openssl@3")


@pytest.mark.parametrize("name", [name for name in names() if name != "debian-13-bare"])
def test_managers_have_what_a_build_starts_with(name: str) -> None:
    machine = facts(name)
    tables = {table.manager: table for table in load().packages}
    for manager in machine.managers:
        known = {package.name for package in manager.packages}
        assert set(tables[manager.name].build) <= known
        assert known, f"{manager.name} was asked, and has something"


@pytest.mark.parametrize("name", names())
def test_pythons_are_of_their_machine(name: str) -> None:
    machine = facts(name)
    system = machine.system
    assert machine.pythons
    for python in machine.pythons:
        if python.problem:
            continue
        fitting = ARCHITECTURES.get((system.name, system.machine), {system.machine})
        assert python.machine in fitting
        assert python.platform.startswith(PLATFORMS[system.name])
        assert python.bits == _bits(python)
        assert python.libc == system.libc
        assert python.libc_version == system.libc_version
        assert bool(python.macos) == (system.name == "macos")
        assert python.path.startswith(("/", "C:\\"))
        assert ("\\" in python.path) == (system.name == "windows")


@pytest.mark.parametrize("name", names())
def test_no_secret_and_no_real_index(name: str) -> None:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    for address in re.findall(r"https?://[^\s\"'<>)]+", text):
        parts = urlsplit(address.replace("\\n", ""))
        assert parts.password is None
        assert parts.username in (None, "****")
        host = parts.hostname or ""
        assert host.endswith(".example") or host == "peps.python.org", address
    assert "/root" not in text
    assert "/work/" not in text


def test_machine_behind_a_proxy_says_so_without_secrets() -> None:
    machine = facts("proxy")
    index = machine.pythons[0].pip and machine.pythons[0].pip.index
    assert index
    assert index.secret
    assert not index.default
    assert "****" in index.url
    assert machine.variable("RUSTUP_DIST_SERVER")


def test_old_pips_know_fewer_tags() -> None:
    def best(name: str) -> str:
        pip = facts(name).pythons[0].pip
        assert pip
        return pip.tags[0]

    assert best("centos-7") == "cp36-cp36m-manylinux1_x86_64.linux_x86_64"
    assert best("ubuntu-20.04").startswith("cp38-cp38-manylinux2014_x86_64.manylinux2010_x86_64")
    assert best("alpine-3.12") == "cp38-cp38-linux_x86_64"
    assert best("alpine-3.16").startswith("cp310-cp310-musllinux_1_2_x86_64.musllinux_1_1_x86_64")
    assert best("raspberry-armv6") == "cp311-cp311-linux_armv6l"


def _bits(python: Python) -> int:
    narrow = ("i686", "x86", "armv6l", "armv7l")
    return 32 if python.machine in narrow else 64
