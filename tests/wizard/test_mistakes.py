"""What upstream's pages say wrongly or leave out, and the wizard does not repeat.

The numbers are those of the list of mistakes in the documentation of 3.4.8 to 50.0.2 that this
project keeps to; each was measured or read in the releases themselves.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.action import Command, Download
from tests.machines import listing, machine
from tests.wizard.planned import plan
from wizard import target_environment
from wizard.choices import Choices
from wizard.diagnosis.diagnose import diagnose
from wizard.errors import Impossible
from wizard.export.formats import to_shell
from wizard.facts import Facts, Python
from wizard.knowledge import load
from wizard.needs import wheels
from wizard.needs.case import Case
from wizard.plan import Plan

KNOWLEDGE = load()
MACS = ("mac-arm-brew", "mac-arm-port", "mac-intel-brew", "mac-intel-port")


def source(facts: Facts, release: str, **choices: str) -> Plan:
    wanted = {"method": "source", "release": release, **choices}
    return plan(facts, KNOWLEDGE, Choices(**wanted))  # type: ignore[arg-type]


def build(made: Plan) -> Command:
    return command(made, "install")


def command(made: Plan, step: str) -> Command:
    action = next(s.action for s in made.steps if s.id == step)
    assert isinstance(action, Command)
    return action


def packages(made: Plan) -> set[str]:
    return set(command(made, "packages").argv)


def test_1_macports_folder_is_a_folder() -> None:
    env = dict(build(source(machine("mac-arm-port"), "50.0.2")).env)
    assert env["OPENSSL_DIR"] == "/opt/local"


@pytest.mark.parametrize("name", MACS)
@pytest.mark.parametrize("release", ["39.0.2", "45.0.7", "50.0.2"])
def test_2_a_build_on_a_mac_is_never_a_wheel(name: str, release: str) -> None:
    argv = build(source(machine(name), release)).argv
    assert argv[argv.index("--no-binary") + 1] == "cryptography"


def test_3_alpine_has_wheels_since_3_4_8() -> None:
    python = machine("alpine-3.16").pythons[0]
    old, first = (next(r for r in listing().releases if r.version == v) for v in ("3.4.7", "3.4.8"))
    case = Case(machine("alpine-3.16"), KNOWLEDGE)
    assert case.wheel_blocked_by(python, first) is None
    blocked = case.wheel_blocked_by(python, old)
    assert blocked
    assert "musl" in blocked.reason


def test_4_only_cryptography_itself_is_compiled() -> None:
    for name in ("workshop", "debian-11", *MACS):
        assert ":all:" not in to_shell(source(machine(name), "46.0.7", rust="rustup"))


def test_5_a_download_follows_redirects_and_fails_on_an_error_page() -> None:
    made = source(machine("workshop"), "50.0.2", rust="rustup")
    assert any(isinstance(step.action, Download) for step in made.steps)
    script = to_shell(made)
    assert "curl -O" not in script
    assert "curl -fsSL" in script


@pytest.mark.parametrize(
    "line",
    [
        "fatal error: 'openssl/aes.h' file not found",
        "fatal error: openssl/opensslv.h: No such file or directory",
    ],
)
def test_6_a_missing_header_is_explained_here(line: str) -> None:
    found = diagnose([line])
    assert found.known
    assert "OpenSSL" in found.cause


@pytest.mark.parametrize(
    "line",
    [
        "error: Can not find Rust compiler",
        "error: can't find Rust compiler",
        "Cargo, the Rust package manager, is not installed or is not on PATH.",
    ],
)
def test_7_a_missing_rust_is_known_in_all_its_wordings(line: str) -> None:
    found = diagnose([line])
    assert found.known
    assert "Rust" in found.cause or "cargo" in found.cause


@pytest.mark.parametrize("release", ["43.0.3", "44.0.3", "45.0.7", "46.0.7", "50.0.2"])
def test_8_no_rust_is_fetched_behind_the_users_back(release: str) -> None:
    assert dict(build(source(machine("workshop"), release)).env)["MATURIN_NO_INSTALL_RUST"] == "1"


def test_9_debian_12s_plain_rust_is_too_old_for_43() -> None:
    for release in ("43.0.3", "44.0.3"):
        assert "rustc" not in packages(source(machine("debian-12"), release))


@pytest.mark.parametrize("name", ["ubuntu-22.04", "ubuntu-24.04"])
def test_10_ubuntus_plain_cargo_is_too_old_since_47(name: str) -> None:
    made = source(machine(name), "50.0.2")
    assert not {"cargo", "rustc"} & packages(made)
    assert "/usr/lib/rust-1." in build(made).path[0]


def test_11_universal_wheels_begin_with_36() -> None:
    rows = [r for r in KNOWLEDGE.platforms if any("universal2" in tag for tag in r.tags)]
    assert {row.first for row in rows if not row.interpreters} == {"36.0.0"}


def test_12_the_plan_says_that_crates_are_fetched_too() -> None:
    assert any("Rust packages" in note for note in source(machine("workshop"), "50.0.2").notes)


@pytest.mark.parametrize("name", ["mac-arm-brew", "mac-intel-brew"])
def test_13_3_4_8_cannot_be_built_with_homebrew_but_has_a_wheel(name: str) -> None:
    with pytest.raises(Impossible) as refused:
        source(machine(name), "3.4.8", manager="homebrew")
    assert "OpenSSL" in refused.value.why
    assert "openssl-1.1.1w" in str(source(machine(name), "3.4.8").actions)
    assert plan(machine(name), KNOWLEDGE, Choices(release="3.4.8")).method == "wheel"


def test_13_3_4_8_can_be_built_with_macports_old_openssl() -> None:
    made = source(machine("mac-intel-port"), "3.4.8")
    assert "openssl11" in packages(made)
    assert dict(build(made).env)["CFLAGS"] == "-I/opt/local/libexec/openssl11/include"


def test_14_libffi_only_where_cffi_is_compiled() -> None:
    assert "libffi-dev" not in packages(source(machine("debian-12"), "50.0.2"))
    assert "libffi-dev" in packages(source(machine("riscv64"), "50.0.2"))


@pytest.mark.parametrize(
    "platform", ["macosx-11.0-arm64", "win-amd64", "linux-x86_64"], ids=["mac", "windows", "linux"]
)
def test_15_a_pypy_7_3_gets_the_release_whose_wheel_it_takes(platform: str) -> None:
    system = platform.split("-", maxsplit=1)[0]
    python = Python(
        *("/pypy/bin/pypy3", "path", "3.11.13", "pypy"),
        machine={"macosx": "arm64", "win": "AMD64", "linux": "x86_64"}[system],
        platform=platform,
        libc="glibc" if system == "linux" else "",
        libc_version="2.36" if system == "linux" else "",
        macos="14.5" if system == "macosx" else "",
    )
    newest = Case(machine("pypy"), KNOWLEDGE).newest_wheel(python)
    assert newest is not None
    assert newest.version == ("50.0.2" if system == "linux" else "50.0.1")


def test_16_the_static_recipe_of_old_releases_is_for_macs_only() -> None:
    for release in ("35.0.0", "39.0.2"):
        made = source(machine("mac-arm-brew"), release, link="static")
        env = dict(build(made).env)
        assert env["CRYPTOGRAPHY_SUPPRESS_LINK_FLAGS"] == "1"
        prefix = "/opt/homebrew/opt/openssl@3"
        assert env["LDFLAGS"] == f"{prefix}/lib/libssl.a {prefix}/lib/libcrypto.a"
        linux = build(source(machine("workshop"), release))
        assert "CRYPTOGRAPHY_SUPPRESS_LINK_FLAGS" not in dict(linux.env)


def test_17_rhel_7_gets_an_openssl_that_serves_and_no_python_2() -> None:
    wanted = packages(source(machine("centos-7"), "3.4.8"))
    assert "openssl11-devel" in wanted
    assert not {"openssl-devel", "python-devel"} & wanted
    with pytest.raises(Impossible) as refused:
        source(machine("rhel-7"), "3.4.8")
    assert "openssl-devel of yum is 1.0.2k" in refused.value.why
    assert any("openssl11-devel" in hint for hint in refused.value.hints)


def test_18_no_openssl_but_the_one_that_3_4_takes() -> None:
    facts = machine("workshop")
    with pytest.raises(Impossible) as refused:
        source(facts, "3.4.8")
    assert "older than 3.0" in refused.value.why


def test_19_the_plan_never_takes_a_wheel_that_pip_built_before() -> None:
    for release in ("35.0.0", "42.0.8", "50.0.2"):
        assert "--no-cache-dir" in build(source(machine("workshop"), release)).argv


def test_20_an_old_pip_is_told_apart_from_an_unserved_machine() -> None:
    facts = machine("workshop")
    (old,) = (p for p in facts.pythons if p.version.startswith("3.6"))
    assert old.pip is not None
    found = wheels.fit(
        replace(old, pip=replace(old.pip, version="19.2.3", tags=("cp36-cp36m-linux_x86_64",))),
        next(r for r in listing().releases if r.version == "40.0.2"),
        KNOWLEDGE,
    )
    assert isinstance(found, wheels.Fit)
    assert found.pip
    assert target_environment.usable(old)
