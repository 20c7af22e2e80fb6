"""Facts that no machine can have are refused by key; what is odd and real passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.machines import listing, machine, names
from wizard.errors import BadRequest
from wizard.facts import (
    Facts,
    Headers,
    Installed,
    Listed,
    Listing,
    Manager,
    Package,
    Pip,
    Python,
    Tool,
)
from wizard.machine import consistency

DEBIAN = machine("debian-12")
MAC = machine("mac-arm-brew")
WINDOWS = machine("windows-64")


def system(facts: Facts, **changes: object) -> Facts:
    return replace(facts, system=replace(facts.system, **changes))  # type: ignore[arg-type]


def python(facts: Facts, **changes: object) -> Facts:
    first = replace(facts.pythons[0], **changes)  # type: ignore[arg-type]
    return replace(facts, pythons=(first, *facts.pythons[1:]))


def tags(facts: Facts, *given: str) -> Facts:
    return python(facts, pip=Pip("24.0", given))


def releases(*listed: Listed) -> Facts:
    return replace(DEBIAN, listing=Listing(listed))


APT = DEBIAN.managers[0]
WRONG: dict[str, tuple[Facts, str, str]] = {
    "a line break": (
        replace(DEBIAN, variables=(("RUSTUP_DIST_SERVER", "https://x.example\nRUN id"),)),
        "variables[0][1] is 'https://x.example",
        "no line break",
    ),
    "an escape code": (
        system(DEBIAN, distribution_name="\x1b[2J"),
        "system.distribution_name",
        "no",
    ),
    "a line separator": (python(DEBIAN, path="/a\u2028b"), "pythons[0].path", "no line break"),
    "many digits": (python(DEBIAN, version="3." + "1" * 5000), "pythons[0].version", "100 digits"),
    "python of Windows": (
        python(DEBIAN, platform="win-amd64"),
        "pythons[0].platform is 'win-amd64'",
        "'linux-…'",
    ),
    "python of macOS": (
        python(DEBIAN, platform="macosx-11.0-arm64"),
        "pythons[0].platform",
        "'linux-…'",
    ),
    "python of Linux": (python(MAC, platform="linux-x86_64"), "pythons[0].platform", "'macosx-…'"),
    "python on Windows": (python(WINDOWS, platform="linux-x86_64"), "pythons[0].platform", "'win…"),
    "tags of another system": (
        tags(DEBIAN, "cp311-cp311-linux_x86_64", "cp311-cp311-win_amd64"),
        "pythons[0].pip.tags[1] is for 'win_amd64'",
        "'manylinux…'",
    ),
    "no tag": (tags(DEBIAN, "cp311-abi3"), "tags[0] is 'cp311-abi3'", "three parts"),
    "an empty part": (tags(DEBIAN, "cp311-abi3-linux_x86_64..any"), "tags[0]", "three parts"),
    "no name of a Python": (python(DEBIAN, implementation="c-p"), "implementation", "'cpython'"),
    "no name of a machine": (python(MAC, machine="arm-64"), "pythons[0].machine", "'x86_64'"),
    "bits": (python(DEBIAN, bits=48), "pythons[0].bits is 48", "32 and 64"),
    "a libc of macOS": (system(MAC, libc="glibc"), "system.libc is 'glibc'", "''"),
    "a libc of Windows": (system(WINDOWS, libc="musl"), "system.libc is 'musl'", "''"),
    "a libc of a Mac's Python": (python(MAC, libc="musl"), "pythons[0].libc is 'musl'", "''"),
    "a macOS on Linux": (python(DEBIAN, macos="14.5"), "pythons[0].macos is '14.5'", "''"),
    "a Debian Mac": (system(MAC, distribution="debian"), "system.distribution", "'macos' or ''"),
    "a Mac Linux": (
        system(DEBIAN, distribution="macos"),
        "system.distribution is 'macos'",
        "/etc/os-release",
    ),
    "memory": (system(DEBIAN, memory=-1), "system.memory is -1", "0 or more"),
    "space": (system(DEBIAN, temporary_free=-1), "system.temporary_free", "0 or more"),
    "cores": (system(DEBIAN, cores=0), "system.cores is 0", "1 or more"),
    "columns": (
        replace(DEBIAN, terminal=replace(DEBIAN.terminal, columns=-80)),
        "terminal.columns is -80",
        "0 or more",
    ),
    "two of one name": (replace(DEBIAN, managers=(APT, APT)), "managers names 'apt' 2", "once"),
    "unknown manager": (
        replace(DEBIAN, managers=(Manager("pacman", "/usr/bin/pacman"),)),
        "managers[0].name is 'pacman'",
        "apk, apt, dnf, homebrew, macports, yum",
    ),
    "a package twice": (
        replace(DEBIAN, managers=(replace(APT, packages=(Package("gcc"), Package("gcc"))),)),
        "managers[0].packages names 'gcc' 2",
        "once",
    ),
    "a package without a name": (
        replace(DEBIAN, managers=(replace(APT, packages=(Package(""),)),)),
        "managers[0].packages",
        "empty",
    ),
    "a broken tool with a version": (
        replace(DEBIAN, tools=(Tool("cc", "/usr/bin/cc", "12.2", problem="No answer."),)),
        "tools[0].version is '12.2'",
        "no version",
    ),
    "a tool from nowhere": (replace(DEBIAN, tools=(Tool("cc", ""),)), "tools[0].path", "has one"),
    "a Python from nowhere": (
        replace(DEBIAN, pythons=(Python("", "path", problem="It does not start."),)),
        "pythons[0].path is empty",
        "has one",
    ),
    "a Python of no version": (python(DEBIAN, version=""), "pythons[0].version is ''", "'3.11.7'"),
    "an installed package twice": (
        python(DEBIAN, packages=(Installed("A_b", "1"), Installed("a-b", "2"))),
        "pythons[0].packages names 'a-b' 2",
        "once",
    ),
    "an installed package of no version": (
        python(DEBIAN, packages=(Installed("a", ""),)),
        "pythons[0].packages[0].version is empty",
        "has one",
    ),
    "what is no requirement": (
        python(DEBIAN, packages=(Installed("a", "1", ("b", "c d")),)),
        "packages[0].requires[1] is 'c d'",
        "'cryptography<44'",
    ),
    "a requirement with a marker": (
        python(DEBIAN, packages=(Installed("a", "1", ("b; os_name == 'nt'",)),)),
        "packages[0].requires[0]",
        "markers are left out",
    ),
    "a pip of no version": (python(DEBIAN, pip=Pip("new")), "pip.version is 'new'", "'24.0'"),
    "a relative Python": (python(DEBIAN, path="bin/python"), "pythons[0].path", "/home/ada"),
    "a relative environment": (python(DEBIAN, environment="env"), "environment", "/home/ada"),
    "a relative folder": (replace(DEBIAN, folder="project"), "folder is 'project'", "/home/ada"),
    "a relative cache": (replace(DEBIAN, cache=".cache"), "cache is '.cache'", "/home/ada"),
    "a folder of Linux": (replace(WINDOWS, folder="/home/ada"), "folder", r"C:\Users\ada"),
    "a folder of Windows": (replace(DEBIAN, folder=r"C:\work"), "folder", "/home/ada"),
    "a folder on no drive": (replace(WINDOWS, folder=r"\work"), "folder", r"C:\Users\ada"),
    "a relative temporary": (system(DEBIAN, temporary="tmp"), "system.temporary", "/home/ada"),
    "no version": (releases(Listed("newest")), "listing.releases[0].version", "'50.0.2'"),
    "no range": (releases(Listed("50.0.2", "three")), "releases[0].requires_python", "'>=3.8'"),
    "no wheel's tag": (releases(Listed("50.0.2", wheels=("any",))), "releases[0].wheels[0]", "tag"),
    "oldest first": (
        releases(Listed("49.0.0"), Listed("50.0.2")),
        "listing.releases[1].version is '50.0.2'",
        "newest first",
    ),
    "a release twice": (
        releases(Listed("50.0.2"), Listed("50.0.2")),
        "listing.releases[1].version",
        "once",
    ),
    "static nowhere": (
        replace(DEBIAN, openssl=(Headers("/usr/include", "3.0.19", static=True),)),
        "openssl[0].static",
        "libraries",
    ),
    "shared nowhere": (
        replace(DEBIAN, openssl=(Headers("/usr/include", "3.0.19", shared=True),)),
        "openssl[0].shared",
        "libraries",
    ),
    "headers nowhere": (replace(DEBIAN, openssl=(Headers("", "3.0"),)), "openssl[0].folder", "has"),
    "a variable twice": (
        replace(DEBIAN, variables=(("CFLAGS", "-O2"), ("CFLAGS", "-O3"))),
        "variables names 'CFLAGS' 2",
        "once",
    ),
}
REAL = {
    "an Intel Python on Apple silicon": machine("mac-rosetta"),
    "a 32-bit Python on a 64-bit system": python(DEBIAN, bits=32),
    "a dnf on Debian": replace(DEBIAN, managers=(APT, Manager("dnf", "/usr/bin/dnf"))),
    "a Homebrew on Linux": replace(
        DEBIAN, managers=(APT, Manager("homebrew", "/home/linuxbrew/.linuxbrew/bin/brew"))
    ),
    "a musl Python on glibc": python(DEBIAN, libc="musl", libc_version="1.2"),
    "a Python of MinGW": python(WINDOWS, platform="mingw_x86_64_ucrt"),
    "a Python that breaks": replace(
        DEBIAN, pythons=(*DEBIAN.pythons, Python("/old/python", "path", problem="No answer."))
    ),
    "a Python of tomorrow": python(DEBIAN, version="3.16.0a1+"),
    "a placeholder of Apple": replace(
        MAC, tools=(Tool("xcode", "", problem="Apple's command line tools are missing."),)
    ),
    "a network drive": replace(WINDOWS, folder=r"\\server\ada\project"),
    "an unknown system": replace(
        system(DEBIAN, name="other", libc="", distribution=""),
        pythons=(Python("/bin/python3", "path", "3.11.7", platform="freebsd-14.1-amd64"),),
    ),
    "a manager that cannot say": replace(
        DEBIAN, managers=(replace(APT, packages=(), problem="It is locked."),)
    ),
    "nothing but a system": Facts(DEBIAN.system),
    "a listing as recorded": replace(DEBIAN, listing=listing()),
    "an Ubuntu that nobody knows": system(DEBIAN, distribution="tomorrow", like=("debian",)),
}


@pytest.mark.parametrize("name", names())
def test_every_recorded_and_described_machine_passes(name: str) -> None:
    consistency.check(machine(name), source=name)


@pytest.mark.parametrize("name", REAL)
def test_what_is_odd_and_real_passes(name: str) -> None:
    consistency.check(REAL[name], source=name)


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_refused_with_the_key_and_what_is_allowed(name: str) -> None:
    facts, key, allowed = WRONG[name]
    with pytest.raises(BadRequest, match=r"machine\.json describes an impossible machine") as e:
        consistency.check(facts, source="machine.json")
    (line,) = e.value.shown.splitlines()
    assert key in line
    assert allowed in line
    assert e.value.hints


def test_many_contradictions_are_counted_and_the_first_are_shown() -> None:
    with pytest.raises(BadRequest) as caught:
        consistency.check(system(machine("workshop"), name="macos"), source="machine.json")
    lines = caught.value.shown.splitlines()
    assert len(lines) == consistency.MAX_SHOWN + 1
    assert lines[0].startswith("system.libc")
    assert lines[-1].endswith("more")
