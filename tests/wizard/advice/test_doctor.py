"""What the doctor makes of facts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.rustup import NO_TOOLCHAIN
from tests.machines import machine
from tests.wizard.environments import CLICK, PYOPENSSL, holding
from tests.wizard.needs.test_apple_tools import MACS
from wizard.advice import doctor
from wizard.advice.doctor import Finding, Mark, findings
from wizard.choices import Choices
from wizard.facts import (
    Facts,
    Headers,
    Listed,
    Listing,
    Manager,
    Package,
    Pip,
    PipIndex,
    Privilege,
    Python,
    Setting,
    System,
    Tool,
)
from wizard.knowledge import load
from wizard.needs import apple_tools
from wizard.needs.case import Case

GIB = 1024**3
WHEELS = ("cp39-abi3-manylinux_2_28_x86_64",)
PYTHON = Python(
    path="/usr/bin/python3",
    origin="path",
    version="3.11.2",
    machine="x86_64",
    platform="linux-x86_64",
    prefix="/usr",
    base="/usr/bin/python3",
    libc="glibc",
    libc_version="2.36",
    externally_managed="use apt",
    ensurepip="23.0.1",
    headers=True,
    pip=Pip(
        "23.0.1",
        ("cp311-abi3-manylinux_2_28_x86_64", "cp39-abi3-manylinux_2_28_x86_64"),
        PipIndex("https://index.example/simple"),
    ),
)
GOOD = Facts(
    system=System(
        "linux",
        "x86_64",
        distribution="debian",
        distribution_name="Debian GNU/Linux 12 (bookworm)",
        libc="glibc",
        libc_version="2.36",
        memory=8 * GIB,
        cores=2,
        temporary="/tmp",
        temporary_free=50 * GIB,
    ),
    pythons=(PYTHON,),
    listing=Listing((Listed("50.0.2", ">=3.9", WHEELS, "cryptography-50.0.2.tar.gz"),)),
    managers=(
        Manager(
            "apt",
            "/usr/bin/apt-get",
            tuple(
                Package(name, "3.0.19-1", "3.0.19-1")
                for name in (
                    "build-essential",
                    "libffi-dev",
                    "pkg-config",
                    "libssl-dev",
                    "python3.11-dev",
                    "python3.11-venv",
                    "cargo",
                    "rustc",
                )
            ),
        ),
    ),
    tools=(
        Tool("cc", "/usr/bin/cc", "12.2.0", "system"),
        Tool("rustc", "/usr/bin/rustc", "1.95.0", "system"),
        Tool("cargo", "/usr/bin/cargo", "1.95.0", "system"),
    ),
    openssl=(Headers("/usr/include", "3.0.19"),),
    privilege=Privilege("sudo", "/usr/bin/sudo", password=True),
)


def found(facts: Facts) -> tuple[Finding, ...]:
    return findings(Case(facts, load()))


def one(facts: Facts, title: str, mark: str) -> Finding:
    matching = [each for each in found(facts) if (each.title, each.mark) == (title, mark)]
    assert len(matching) == 1, found(facts)
    return matching[0]


def with_python(**changes: object) -> Facts:
    return replace(GOOD, pythons=(replace(PYTHON, **changes),))  # type: ignore[arg-type]


def with_system(**changes: object) -> Facts:
    return replace(GOOD, system=replace(GOOD.system, **changes))  # type: ignore[arg-type]


def test_a_good_machine_has_nothing_to_do() -> None:
    assert [each for each in found(GOOD) if each.mark != "ok"] == []
    assert "50.0.2 has a wheel" in one(GOOD, "Wheel", "ok").detail
    assert "belongs to the system" in one(GOOD, "Python", "ok").detail


TROUBLED: dict[str, tuple[Facts, str, str, str]] = {
    "no Python": (replace(GOOD, pythons=()), "Python", "bad", "no usable Python"),
    "no ensurepip": (with_python(ensurepip=""), "Environments", "warn", "ensurepip is missing"),
    "broken pip": (with_python(pip=None, pip_problem="pip 9 breaks"), "pip", "warn", "pip 9"),
    "no index": (
        replace(GOOD, listing=Listing(problem="index.example does not answer.")),
        "Index",
        "bad",
        "does not answer",
    ),
    "part of the index": (
        replace(GOOD, listing=replace(GOOD.listing or Listing(), problem="no b.example")),
        "Index",
        "warn",
        "no b.example",
    ),
    "nobody to ask": (replace(GOOD, listing=None), "Index", "warn", "was not asked"),
    "no wheel": (
        with_python(machine="s390x", platform="linux-s390x", pip=None),
        "Wheel",
        "warn",
        "No wheel fits",
    ),
    "manager": (
        replace(GOOD, managers=(Manager("apt", "apt-get", problem="dpkg is locked"),)),
        "Packages",
        "warn",
        "dpkg is locked",
    ),
    "no manager": (replace(GOOD, managers=()), "Packages", "warn", "No package manager"),
    "broken tool": (
        replace(GOOD, tools=(*GOOD.tools, Tool("clang", "/opt/clang", problem="No answer."))),
        "clang",
        "warn",
        "/opt/clang: No answer.",
    ),
    "rustup without a toolchain": (
        replace(GOOD, tools=(Tool("cargo", "/h/cargo", origin="rustup", problem=NO_TOOLCHAIN),)),
        "cargo",
        "warn",
        "/h/cargo: rustup has no toolchain.",
    ),
    "no root": (replace(GOOD, privilege=Privilege()), "Root", "warn", "cannot become root"),
    "noexec": (with_system(temporary_noexec=True), "Temporary", "warn", "noexec"),
    "full": (with_system(temporary_free=GIB // 2), "Temporary", "warn", "536.9 MB free"),
    "small": (with_system(memory=GIB // 2), "Memory", "warn", "536.9 MB of memory"),
    "unread": (with_system(problems=("No memory.",)), "System", "warn", "No memory."),
}


@pytest.mark.parametrize("name", TROUBLED)
def test_trouble_is_named_with_what_to_do(name: str) -> None:
    facts, title, mark, said = TROUBLED[name]
    finding = one(facts, title, mark)
    assert said in finding.detail
    assert finding.action


@pytest.mark.parametrize("name", TROUBLED)
def test_nothing_that_is_not_ok_is_without_an_action(name: str) -> None:
    assert all(each.action for each in found(TROUBLED[name][0]) if each.mark != "ok")


def test_a_broken_environment_is_named_beside_the_python_that_works() -> None:
    broken = Python("./venv/bin/python", "folder", environment="./venv", problem="It is gone.")
    facts = replace(GOOD, pythons=(PYTHON, broken))
    finding = one(facts, "Python", "warn")
    assert "./venv" in finding.action


def test_without_venv_apt_is_told_what_to_install() -> None:
    action = one(with_python(ensurepip=""), "Environments", "warn").action
    assert action.startswith("sudo apt-get install python3.11-venv ")


@pytest.mark.parametrize(("pip", "mark"), [("", "bad"), ("22.2", "bad"), ("22.3", "warn")])
def test_without_venv_and_without_root_only_a_newer_pip_can_install(pip: str, mark: Mark) -> None:
    facts = with_python(ensurepip="", pip=Pip(pip, ()) if pip else None)
    action = one(replace(facts, privilege=Privilege("none")), "Environments", mark).action
    assert "sudo" not in action
    assert action.splitlines()[0] == (
        "Ask the administrator of this machine to install python3.11-venv."
    )


DEBIAN_12 = with_system(distribution_version="12")


def test_it_says_whether_the_makers_test_it_here_and_where_that_was_read() -> None:
    said = one(DEBIAN_12, "Support", "ok").detail
    assert said.startswith("The developers of cryptography test 50.0.2 on Debian 12 on x86_64")
    assert "Source builds are tested with OpenSSL 3.0" in said
    assert said.endswith("Source: docs/installation.rst of cryptography 50.0.2.")


def test_it_says_so_of_the_release_that_was_asked_for() -> None:
    listed = Listed("3.4.8", ">=3.6", (), "cryptography-3.4.8.tar.gz")
    releases = (GOOD.listing or Listing()).releases
    facts = replace(DEBIAN_12, listing=Listing((*releases, listed)))
    (said,) = (
        each
        for each in findings(Case(facts, load(), Choices(release="3.4.8")))
        if each.title == "Support"
    )
    assert said.mark == "warn"
    assert "Its developers test it on Debian 9, 10 and 11 and Debian unstable." in said.detail
    assert "proves" in said.action


def test_without_a_python_nothing_is_said_of_support() -> None:
    assert all(each.title != "Support" for each in found(replace(GOOD, pythons=())))


def test_settings_are_shown_with_their_source() -> None:
    settings = (
        Setting("pip", "user", "true", "pip.conf"),
        Setting("pip", "timeout", "60", "pip.conf"),
        Setting("pip", "constraint", "c.txt", "PIP_CONSTRAINT", specifier="<60"),
    )
    details = [each.detail for each in found(with_python(settings=settings))]
    assert (
        "user = true and timeout = 60 (pip, pip.conf); constraint = c.txt (pip, PIP_CONSTRAINT)"
        in details
    )
    assert any("do not apply" in detail and "user (pip, pip.conf)" in detail for detail in details)


def test_a_setting_that_forbids_the_newest_release_is_a_warning() -> None:
    listing = Listing((Listed("50.0.2", "", WHEELS, "s"), Listed("46.0.7", "", WHEELS, "s")))
    setting = Setting("pip", "constraint", "c.txt", "pip.conf", specifier="<50", stated="c.txt")
    facts = replace(with_python(settings=(setting,)), listing=listing)
    finding = one(facts, "Settings", "warn")
    assert "<50" in finding.detail
    assert "46.0.7" in finding.action
    nothing = replace(setting, specifier="==1.0")
    finding = one(replace(with_python(settings=(nothing,)), listing=listing), "Settings", "warn")
    assert "no release" in finding.action


def test_a_setting_that_lets_nothing_be_installed_is_bad() -> None:
    setting = Setting("pip", "require-hashes", "yes", "pip.conf")
    finding = one(with_python(settings=(setting,)), "Settings", "bad")
    assert "pip.conf" in finding.detail
    assert "PIP_REQUIRE_HASHES=0" in finding.action


def test_what_the_other_packages_allow_is_shown() -> None:
    facts = holding("debian-12", PYOPENSSL, CLICK, cryptography="50.0.2", cffi="2.1.1")
    found = [f for f in findings(Case(facts, load())) if f.title in ("Limits", "Broken")]
    assert [finding.detail for finding in found] == [
        "pyOpenSSL 24.2.1 allows only cryptography<44,>=41.0.5.",
        "pyOpenSSL 24.2.1 requires cryptography<44,>=41.0.5, but 50.0.2 is installed.",
    ]
    assert found[1].mark == "warn"
    assert "cryptography<44,>=41.0.5" in found[1].action


@pytest.mark.parametrize("state", sorted(set(MACS) - {"ready"}))
def test_the_state_of_apples_tools_is_named_once_with_its_command(state: str) -> None:
    facts = MACS[state]
    finding = one(facts, "Compiler", "warn")
    assert finding.detail == apple_tools.sentence(facts)
    for remedy in apple_tools.remedies(facts):
        assert remedy in finding.action.splitlines()
    assert "A wheel does not." in finding.action
    assert not any(f.title in ("cc", "gcc", "clang", "make", "xcode") for f in found(facts))


def test_apples_tools_that_run_are_named() -> None:
    detail = one(MACS["ready"], "Compiler", "ok").detail
    assert detail == "Apple's compiler runs (/Library/Developer/CommandLineTools)"


def test_tools_too_old_for_homebrew_are_named_with_the_way_to_update_them() -> None:
    mac = MACS["ready"]
    facts = replace(mac, system=replace(mac.system, distribution_version="26.4"))
    finding = one(facts, "Compiler", "warn")
    assert "older than macOS 26.4" in finding.detail
    assert "Software Update" in finding.action


def test_other_systems_have_no_finding_about_apples_tools() -> None:
    assert not any(finding.title == "Compiler" for finding in found(machine("debian-12")))


def test_a_source_build_lacks_apples_tools_even_if_no_package_is_missing() -> None:
    finding = one(MACS["absent"], "Source", "warn")
    assert finding.detail.endswith(
        "can be built when these are installed: Apple's Command Line Tools"
    )
    assert one(MACS["ready"], "Source", "warn").detail.endswith("installed: rust")


def test_an_old_python_is_told_what_it_could_have_and_how_to_get_a_newer_one() -> None:
    first, second = one(machine("mac-old"), "Wheel", "warn").action.splitlines()
    assert "--release 47.0.0" in first
    assert second.startswith("Another Python: 3.13. cryptography 48.0.1 has a wheel for it.")
    assert "python.org" in second


def test_an_interrupted_package_manager_is_named_with_the_command_that_finishes() -> None:
    apt = replace(GOOD.managers[0], unfinished=True)
    finding = one(replace(GOOD, managers=(apt,)), "Packages", "warn")
    assert finding.detail.startswith("APT was interrupted while it installed packages")
    assert finding.action == "Finish it: sudo dpkg --configure -a"


def test_certificates_that_are_not_there_are_named_with_their_variable() -> None:
    lost = (("PIP_CERT", "/gone/ca.pem"),)
    finding = one(replace(GOOD, lost_authorities=lost), "Certificates", "warn")
    assert finding.detail.startswith("PIP_CERT (the file or folder /gone/ca.pem) names no cert")
    assert finding.action.endswith(": unset PIP_CERT")


def test_a_folder_of_certificates_that_openssl_does_not_find_is_named() -> None:
    lost = (("SSL_CERT_DIR", "/opt/our certs:/gone"),)
    finding = one(replace(GOOD, lost_authorities=lost), "Certificates", "warn")
    assert finding.detail.startswith("SSL_CERT_DIR (the folder /opt/our certs:/gone) names no cert")
    remove, link = finding.action.splitlines()
    assert remove.endswith(": unset SSL_CERT_DIR")
    assert link.endswith("OpenSSL finds them only after: openssl rehash '/opt/our certs'")


@pytest.mark.parametrize(
    ("problem", "action"),
    [
        (NO_TOOLCHAIN, doctor.NO_RUST),
        ("error: toolchain 'stable' is not installed", doctor.NO_RUST),
        ("No answer within 8 seconds.", doctor.BROKEN_TOOL),
    ],
)
def test_what_helps_a_rustup_without_a_toolchain_is_named(problem: str, action: str) -> None:
    tool = Tool("cargo", "/h/cargo", origin="rustup", problem=problem)
    assert one(replace(GOOD, tools=(tool,)), "cargo", "warn").action == action
