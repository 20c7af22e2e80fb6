"""What only Macs have: two architectures side by side, and two numbers for one version.

Programs of macOS are replaced by scripts that print what the real ones print.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command
from tests.machines import machine
from tests.programs import only, program
from tests.recordings import recorded
from tests.wizard.proof import mach_o
from wizard.errors import BadRequest
from wizard.facts import Facts, Headers, Manager, Tool
from wizard.knowledge import load
from wizard.machine import consistency, headers, packages, system, tools
from wizard.needs import architecture
from wizard.plan import PackagesInstalled, Step
from wizard.running import step_checks

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs of these tests need POSIX")
RUSTC = """rustc 1.91.0 (f8297e351 2025-10-28)
binary: rustc
commit-hash: f8297e351a40c1439a467bbbb6879088047f50b3
commit-date: 2025-10-28
host: {host}
release: 1.91.0
LLVM version: 21.1.2"""
"""What ``rustc -vV`` prints; the host is that of the test."""


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    only(monkeypatch, tmp_path / "bin")
    return tmp_path / "bin"


@pytest.mark.parametrize(
    ("host", "name"), [("aarch64-apple-darwin", "arm64"), ("x86_64-apple-darwin", "x86_64")]
)
def test_a_rust_says_for_what_it_builds(bin_: Path, host: str, name: str) -> None:
    path = program(bin_, "rustc", f"test $1 = -vV && cat <<'END'\n{RUSTC.format(host=host)}\nEND")
    tool = tools.inspect("rustc", path)
    assert (tool.version, tool.machine) == ("1.91.0", name)


@pytest.mark.skipif(shutil.which("cargo") is None, reason="Rust is not installed")
@pytest.mark.parametrize("name", ["rustc", "cargo"])
def test_a_real_rust_says_it_too(name: str) -> None:
    path = str(shutil.which(name))
    printed = subprocess.run([path, "-vV"], capture_output=True, text=True, timeout=60, check=False)
    if printed.returncode:
        pytest.skip(f"{name} does not run here")
    tool = tools.inspect(name, path)
    assert f"host: {platform.machine()}-" in printed.stdout
    assert (tool.machine, tool.problem) == (platform.machine(), "")
    assert printed.stdout.startswith(f"{name} {tool.version} ")


def test_other_tools_build_for_what_they_are_told(bin_: Path) -> None:
    prints = "echo 'cc 11.4.0'; echo 'host: x86_64-apple-darwin'"
    assert tools.inspect("cc", program(bin_, "cc", prints)).machine == ""


@pytest.mark.parametrize(
    ("prints", "known"),
    [
        ("echo 26.4", "26.4"),
        ("echo 15.7.7", "15.7.7"),
        ("echo 26", "26"),
        ('test "$SYSTEM_VERSION_COMPAT" = 0 && echo 26.4 || echo 16.0', "26.4"),
        ("exit 1", "26"),
        ("echo garbage", "26"),
    ],
)
def test_the_version_of_macos(
    prints: str, known: str, bin_: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an answer, the kernel's version corrects what this Python sees."""
    monkeypatch.setattr(system, "SW_VERS", program(bin_, "sw_vers", prints))
    monkeypatch.setattr(platform, "mac_ver", lambda: ("16.0", ("", "", ""), "arm64"))
    monkeypatch.setattr(platform, "release", lambda: "25.4.0")
    monkeypatch.setattr("sys.platform", "darwin")
    found = system._distribution()
    assert (found["distribution_version"], found["distribution_name"]) == (known, f"macOS {known}")


def test_a_mac_without_sw_vers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "SW_VERS", "/nowhere/sw_vers")
    monkeypatch.setattr(platform, "mac_ver", lambda: ("15.6", ("", "", ""), "arm64"))
    monkeypatch.setattr("sys.platform", "darwin")
    assert system._distribution()["distribution_version"] == "15.6"


@pytest.fixture
def two(tmp_path: Path, bin_: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two Homebrews on Apple silicon, in a terminal for it; each prints the same recording."""
    recording = tmp_path / "info.json"
    recording.write_text(recorded("brew6", "info").stdout, encoding="utf-8")
    prints = f'echo "$AS $0 $1" >> {tmp_path}/log\ntest $1 = info && cat {recording} || echo /keg'
    for name in ("arm", "intel"):
        program(tmp_path / name / "bin", "brew", prints)
    only(monkeypatch, tmp_path / "arm" / "bin", bin_)
    arch = program(tmp_path / "usr", "arch", 'AS="$1"; export AS; shift; exec "$@"')
    monkeypatch.setattr(architecture, "ARCH", arch)
    monkeypatch.setattr(system, "system_name", lambda: "macos")
    monkeypatch.setattr(system, "machine", lambda: "arm64")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    return tmp_path


def homebrews(folder: Path) -> tuple[Manager, ...]:
    folders = ((f"{folder}/arm", "arm64"), (f"{folder}/intel", "x86_64"))
    row = next(row for row in load().packages if row.manager == "homebrew")
    row = replace(row, architectures=folders)
    found = packages.read(("3.13",), known=(row,), family=frozenset())
    return tuple(manager for manager in found if manager.name == "homebrew")


def test_both_homebrews_are_found_and_asked_as_their_architecture(two: Path) -> None:
    first, second = homebrews(two)
    assert (first.name, first.machine, first.program) == (
        "homebrew",
        "arm64",
        f"{two}/arm/bin/brew",
    )
    assert (second.name, second.machine, second.program) == (
        "homebrew",
        "x86_64",
        f"{two}/intel/bin/brew",
    )
    assert {p.name for p in first.packages} == {p.name for p in second.packages} != set()
    assert not first.problem + second.problem
    asked = (two / "log").read_text().splitlines()
    assert f" {two}/arm/bin/brew info" in asked
    assert f"-x86_64 {two}/intel/bin/brew info" in asked
    assert f"-x86_64 {two}/intel/bin/brew --prefix" in asked


def test_a_link_to_the_same_homebrew_is_no_other_one(two: Path) -> None:
    intel = two / "intel" / "bin" / "brew"
    intel.unlink()
    intel.symlink_to(two / "arm" / "bin" / "brew")
    assert [m.machine for m in homebrews(two)] == ["arm64"]


def test_a_silent_homebrew_is_named_not_the_program_before_it(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "TIME_LIMIT", 2.0)
    program(two / "intel" / "bin", "brew", "exec sleep 30")
    first, second = homebrews(two)
    assert first.problem == ""
    assert second.problem == f"{two}/intel/bin/brew did not answer within 2 seconds."


def test_after_the_installation_the_same_homebrew_is_asked(two: Path) -> None:
    intel = f"{two}/intel/bin/brew"
    check = PackagesInstalled("homebrew", ("openssl@3",), intel)
    step = Step("packages", "Install", "", Command((intel,)), check=check)
    step_checks.missing_result(step)
    assert (two / "log").read_text().split() == [intel, "info"]


def test_the_headers_know_every_architecture_of_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "include" / "openssl").mkdir(parents=True)
    stated = '# define OPENSSL_VERSION_STR "3.6.3"'
    (tmp_path / "include" / "openssl" / "opensslv.h").write_text(stated, encoding="utf-8")
    (tmp_path / "lib").mkdir()
    for name in ("libssl", "libcrypto"):
        content = mach_o.universal("x86_64", "arm64")
        (tmp_path / "lib" / f"{name}.dylib").write_bytes(content)
    found = headers.read(str(tmp_path))[0]
    assert found == Headers(
        f"{tmp_path}/include",
        "3.6.3",
        f"{tmp_path}/lib",
        library="3.6.3",
        machine="x86_64",
        shared=True,
        more_machines=("arm64",),
    )
    assert found.machines == ("x86_64", "arm64")


TWO = machine("mac-arm-two-brews")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (
            replace(TWO, managers=(TWO.managers[0], TWO.managers[0])),
            "managers names 'homebrew' 2 times: each may appear once for each architecture.",
        ),
        (
            replace(TWO, managers=(replace(TWO.managers[0], machine="Apple silicon"),)),
            "managers[0].machine is 'Apple silicon': allowed is one word, like 'x86_64'.",
        ),
        (
            replace(TWO, tools=(Tool("rustc", "/bin/rustc", "1.90.0", machine="for Intel"),)),
            "tools[0].machine is 'for Intel': allowed is one word, like 'x86_64'.",
        ),
        (
            replace(TWO, openssl=(Headers("/i", "3.5.4", "/l", more_machines=("arm64",)),)),
            "openssl[0].more_machines is not empty, but machine, the first one, is.",
        ),
        (
            replace(
                TWO,
                openssl=(Headers("/i", "3.5.4", "/l", machine="arm64", more_machines=("arm64",)),),
            ),
            "openssl[0].more_machines names 'arm64' 2 times",
        ),
    ],
)
def test_impossible_architectures_are_rejected(facts: Facts, says: str) -> None:
    with pytest.raises(BadRequest) as refused:
        consistency.check(facts, source="mac.json")
    assert says in (refused.value.shown or "")
    consistency.check(TWO, source="mac.json")


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ('[http]\ncainfo = "/etc/company.pem"\n', "/etc/company.pem"),
        ("http.cainfo='ca.pem'", "ca.pem"),
        ('[http]\n# cainfo = "old.pem"\nproxy-cainfo = "p.pem"\n', ""),
        ("", ""),
    ],
)
def test_the_authorities_that_cargo_s_configuration_names(
    text: str, file: str, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    assert system.cargo_authorities(str(config)) == file
    assert system.cargo_authorities(str(tmp_path / "none")) == ""
    assert system.cargo_authorities("") == ""
