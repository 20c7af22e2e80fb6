"""The alternatives to impossible requests: each is valid for its machine, the best one first."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest

from tests.machines import FOLDER, machine
from wizard import engine, knowledge
from wizard.advice.alternatives import Alternative, find_alternatives
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Installed, Manager, Package, Privilege, Python, Space, Tool
from wizard.needs.case import Case
from wizard.planning import planner
from wizard.questions import completion

KNOWLEDGE = knowledge.load()
DEBIAN = machine("debian-12")
WORKSHOP = machine("workshop")
PYTHON = DEBIAN.pythons[0]
APT = DEBIAN.managers[0]


def pretended(python: dict[str, Any], system: dict[str, Any], **facts: Any) -> Facts:
    """Debian's facts with another Python and system, and nothing to compile with."""
    return replace(
        DEBIAN,
        pythons=(replace(PYTHON, **{"pip": None, "headers": False, **python}),),
        system=replace(DEBIAN.system, **system),
        **{"managers": (), "tools": (), "openssl": (), **facts},
    )


RISCV = pretended({"machine": "riscv64", "platform": "linux-riscv64"}, {"machine": "riscv64"})
ARMV6 = pretended(
    {"machine": "armv6l", "platform": "linux-armv6l", "bits": 32}, {"machine": "armv6l"}
)
OLD_GLIBC = pretended({"libc_version": "2.16"}, {"libc_version": "2.16"})
MUSL = pretended(
    {"libc": "musl", "libc_version": "1.2", "free_threaded": True, "version": "3.13.1"},
    {"libc": "musl", "libc_version": "1.2", "distribution": "alpine"},
)
WINDOWS = {
    "name": "windows",
    "distribution": "windows",
    "libc": "",
    "libc_version": "",
    "release": "11",
}
WIN32 = pretended(
    {"platform": "win32", "machine": "x86", "bits": 32, "libc": "", "path": r"C:\Py 32\python.exe"},
    WINDOWS,
    folder=r"C:\work",
)
WIN_ARM = pretended(
    {"platform": "win-arm64", "machine": "ARM64", "libc": ""}, {**WINDOWS, "machine": "arm64"}
)
MAC = {
    "name": "macos",
    "distribution": "macos",
    "distribution_version": "14.5",
    "libc": "",
    "libc_version": "",
}
INTEL_MAC = pretended(
    {"platform": "macosx-10.9-x86_64", "macos": "14.5", "libc": "", "libc_version": ""}, MAC
)
ROSETTA = replace(INTEL_MAC, system=replace(INTEL_MAC.system, machine="arm64"))
MACHINES = [RISCV, ARMV6, OLD_GLIBC, MUSL, WIN32, WIN_ARM, INTEL_MAC, ROSETTA, DEBIAN, WORKSHOP]


def found(facts: Facts, **choices: Any) -> tuple[Alternative, ...]:
    return find_alternatives(Case(facts, KNOWLEDGE, Choices(**choices)))


def titles(facts: Facts, **choices: Any) -> list[str]:
    return [way.title for way in found(facts, **choices)]


def one(facts: Facts, title: str, **choices: Any) -> Alternative:
    (way,) = (way for way in found(facts, **choices) if title in way.title)
    return way


@pytest.mark.parametrize("facts", MACHINES)
def test_every_machine_has_a_way_and_each_is_a_sentence(facts: Facts) -> None:
    there = found(facts)
    assert there
    assert len(set(there)) == len(there)
    for way in there:
        assert way.title
        assert way.detail.endswith(".")
        assert "{" not in way.title + way.detail + way.command


RECORDED = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "listing")


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("asked", [{}, {"release": "3.4.8"}, {"method": "source"}], ids=str)
def test_what_the_wizard_is_told_to_do_is_possible(name: str, asked: dict[str, Any]) -> None:
    facts = machine(name)
    for way in found(facts, **asked):
        words = shlex.split(way.command, posix=facts.system.name != "windows")
        if words and words[0] == "cryptography-wizard" and "administrator" not in way.title:
            flags = dict(zip(words[1::2], words[2::2]))
            choices = Choices(**{flag[2:]: value.strip('"') for flag, value in flags.items()})  # type: ignore[arg-type]
            complete = completion.complete(Case(facts, KNOWLEDGE, choices))
            assert complete.choices.release == choices.release
            assert planner.make_plan(complete).steps


def test_an_old_release_has_its_caveat_and_its_command() -> None:
    way = one(INTEL_MAC, "as a wheel")
    assert way.title == "cryptography 48.0.1, as a wheel"
    assert "attacker" in way.detail
    assert way.command == "cryptography-wizard --release 48.0.1 --method wheel"
    assert "attacker" not in one(DEBIAN, "as a wheel").detail, "the newest has no caveat"


def test_what_was_asked_for_comes_first_where_another_method_leads_to_it() -> None:
    first = found(DEBIAN, release="46.0.3", method="source")[0]
    assert first.command == "cryptography-wizard --release 46.0.3 --method wheel"
    assert titles(DEBIAN, release="46.0.3")[2] == "cryptography 50.0.2, as a wheel"


def test_a_release_for_another_python_of_this_machine() -> None:
    old = next(p.path for p in WORKSHOP.pythons if p.version.startswith("3.8"))
    first = found(WORKSHOP, python=old, release="50.0.2")[0]
    assert first.title == "cryptography 50.0.2, with Python 3.11.7"
    assert "3.11.7" in first.command
    assert old not in first.command
    here = one(WORKSHOP, "as a wheel", python=old, release="50.0.2")
    assert here.title.startswith("cryptography 47.0.0")
    assert f"--python {old}" in here.command


def test_a_new_environment_keeps_its_folder_with_another_python() -> None:
    old = next(p.path for p in WORKSHOP.pythons if p.version.startswith("3.8"))
    first = found(WORKSHOP, venv="/srv/env", python=old, release="50.0.2")[0]
    assert first.title == "cryptography 50.0.2, with Python 3.11.7"
    assert "--venv /srv/env" in first.command
    made = replace(WORKSHOP.pythons[0], path="/srv/env/bin/python", environment="/srv/env")
    facts = replace(WORKSHOP, pythons=(*WORKSHOP.pythons, replace(made, version="3.8.18")))
    first = found(facts, venv="/srv/env", release="50.0.2")[0]
    assert first.title == "cryptography 50.0.2, with Python 3.11.7"
    assert "--venv" not in first.command  # that environment has an older Python


def test_the_newest_release_comes_before_an_older_one() -> None:
    assert titles(WIN32)[:2] == ["A 64-bit Python 3.13", "cryptography 48.0.1, as a wheel"]
    assert titles(ROSETTA)[:2] == [
        "A Python 3.13 for Apple silicon",
        "cryptography 48.0.1, as a wheel",
    ]
    assert titles(WIN_ARM)[0].startswith("A Python 3.13 for Intel (64-bit)")


@pytest.mark.parametrize(
    ("python", "title"),
    [
        ({"version": "3.6.8"}, "Another Python: 3.13"),
        ({"version": "3.13.1", "free_threaded": True}, "A standard Python 3.13, not"),
        ({"implementation": "pypy", "version": "3.9.19"}, "The standard Python (CPython) 3.13"),
    ],
)
def test_a_python_that_could_be_installed(python: dict[str, Any], title: str) -> None:
    facts = pretended(python, {})
    assert one(facts, title).command == ""
    with_uv = replace(facts, tools=(Tool("uv", "/usr/bin/uv", "0.9"),))
    assert one(with_uv, title).command == "uv python install 3.13"


def test_no_python_is_imagined_that_would_not_help() -> None:
    for facts in (RISCV, ARMV6, INTEL_MAC, OLD_GLIBC, DEBIAN):
        assert not [title for title in titles(facts) if "Python 3.13" in title]
    windows_10 = replace(WIN_ARM, system=replace(WIN_ARM.system, release="10"))
    assert not [title for title in titles(windows_10) if "Intel" in title]


def test_without_any_python_one_is_named_first() -> None:
    assert titles(replace(DEBIAN, pythons=()))[0] == "Python 3.13"


@pytest.mark.parametrize(
    ("facts", "there"),
    [
        (DEBIAN, True),
        (WIN32, True),
        (INTEL_MAC, True),
        (ROSETTA, True),
        (RISCV, False),
        (ARMV6, False),
        (MUSL, False),
        (WIN_ARM, False),
        (OLD_GLIBC, False),
        (pretended({"bits": 32}, {}), False),
    ],
)
def test_conda_forge_only_where_it_exists(facts: Facts, there: bool) -> None:
    ways_there = [way for way in found(facts) if "conda-forge" in way.title]
    assert bool(ways_there) is there
    for way in ways_there:
        assert way.command == "conda install -c conda-forge cryptography"
        assert "needs conda or mamba" in way.detail


def test_a_mamba_that_is_there_is_used() -> None:
    way = one(replace(DEBIAN, tools=(Tool("mamba", "/opt/mamba", "2.0"),)), "conda-forge")
    assert way.command == "mamba install -c conda-forge cryptography"
    assert "needs" not in way.detail


def with_package(
    manager: str, program: str, package: Package, facts: Facts, method: str = "root"
) -> Facts:
    privilege = Privilege(method)  # type: ignore[arg-type]
    return replace(facts, managers=(Manager(manager, program, (package,)),), privilege=privilege)


def test_the_package_of_the_distribution() -> None:
    package = Package("python3-cryptography", candidate="38.0.4-3~deb12u1")
    way = one(
        with_package("apt", "/usr/bin/apt-get", package, RISCV, "sudo"), "The package python3"
    )
    assert way.title == "The package python3-cryptography of apt"
    assert (
        "Its version is 38.0.4. It is installed for the system's own Python. To use" in way.detail
    )
    assert way.command.startswith("sudo apt-get install -y ")
    assert way.command.endswith(" python3-cryptography")
    nobody = one(with_package("apt", "apt-get", package, RISCV, "none"), "The package python3")
    assert nobody.detail.endswith("An administrator must install it.")
    there = replace(package, installed="38.0.4-3~deb12u1")
    way = one(with_package("apt", "apt-get", there, RISCV), "The package python3")
    assert way.title == "The package python3-cryptography, which is already installed"
    assert way.command == ""


def test_the_package_of_apk_stays_under_its_own_name() -> None:
    package = Package("py3-cryptography", candidate="44.0.0-r0")
    facts = with_package("apk", "/sbin/apk", package, machine("alpine-3.12"), "doas")
    way = one(facts, "The package py3-cryptography of apk")
    assert way.command == "doas apk --wait 300 add py3-cryptography"


def test_a_package_that_is_not_to_be_had_is_not_named() -> None:
    other = Package("libssl-dev", candidate="3.0.17")
    facts = with_package("apt", "/usr/bin/apt-get", other, RISCV)
    assert not [title for title in titles(facts) if title.startswith("The package")]
    foreign = Package("python3-cryptography", candidate="41.0.0")
    facts = with_package("dnf", "/usr/bin/dnf", foreign, RISCV)
    assert not [title for title in titles(facts) if title.startswith("The package")]


def test_a_package_whose_name_has_the_version_of_python() -> None:
    package = Package("py311-cryptography", candidate="44.0.0_1")
    facts = with_package("macports", "/opt/local/bin/port", package, INTEL_MAC, "sudo")
    way = one(facts, "The package py311-cryptography of macports")
    assert "It is installed for the Python of MacPorts. To use" in way.detail
    assert way.command.startswith("sudo ")


def test_an_administrator_is_told_exactly_what_to_install() -> None:
    facts = replace(
        RISCV,
        managers=(APT,),
        privilege=Privilege("none"),
    )
    way = one(facts, "with an administrator's help")
    assert way.title.startswith("cryptography 50.0.2")
    assert way.command.startswith("apt-get install ")
    assert "libssl-dev" in way.command
    as_root = replace(facts, privilege=Privilege("root"))
    assert titles(as_root)[0] == "cryptography 50.0.2, compiled here from source"


def test_what_a_build_by_hand_lacks() -> None:
    way = one(ARMV6, "compiled here, once the missing parts are installed")
    assert "A source build still needs: cc" in way.detail
    assert "wheel" not in way.detail


def test_a_newer_system_only_where_its_age_is_the_cause() -> None:
    way = one(OLD_GLIBC, "A newer version of this system")
    assert "glibc 2.17 or newer" in way.detail
    for facts in (RISCV, ARMV6, INTEL_MAC, DEBIAN, MUSL):
        assert "A newer version of this system" not in titles(facts)
    old_ssl = (Package("libssl-dev", candidate="1.1.1w-0+deb11u1"),)
    way = one(replace(RISCV, managers=(replace(APT, packages=old_ssl),)), "A newer version")
    assert "OpenSSL 3.0.0 or newer is needed, but apt offers 1.1.1w here." in way.detail


@pytest.mark.parametrize("choices", [{}, {"method": "wheel"}])
def test_what_prevents_every_environment_leaves_nothing_that_needs_one(
    choices: dict[str, Any],
) -> None:
    bare = machine("debian-13-bare")
    asked = Case(replace(bare, privilege=Privilege("none")), KNOWLEDGE, Choices(**choices))
    assert any(one.choices for one in find_alternatives(asked))
    with pytest.raises(Impossible, match="cannot make virtual environments") as caught:
        engine.settle(asked)
    assert any("uv" in hint for hint in caught.value.hints)
    assert [one.title for one in caught.value.alternatives if one.choices] == []
    assert any("conda" in one.title for one in caught.value.alternatives)


def test_commands_are_quoted_for_their_system() -> None:
    spaced: Python = replace(PYTHON, path="/home/ada/my python/bin/python3")
    way = one(replace(DEBIAN, pythons=(spaced,)), "as a wheel", python=spaced.path)
    assert "--python '/home/ada/my python/bin/python3'" in way.command
    way = one(WIN32, "as a wheel", python=WIN32.pythons[0].path)
    assert r'--python "C:\Py 32\python.exe"' in way.command


def test_the_usual_folder_is_not_typed_again() -> None:
    usual = found(DEBIAN, venv=f"{DEBIAN.folder}/cryptography-env", link="static")[0]
    assert usual.command == "cryptography-wizard --release 50.0.2 --method wheel"
    other = found(DEBIAN, venv="/srv/env", link="static")[0]
    assert "--venv /srv/env" in other.command


def test_choices_that_make_no_sense_raise_nothing() -> None:
    assert found(DEBIAN, release="9.9", python="/nowhere/python")
    assert found(replace(DEBIAN, pythons=()), release="50.0.2")


def test_offered_adds_them_to_an_error() -> None:
    with pytest.raises(Impossible) as caught, engine.with_alternatives(Case(ARMV6, KNOWLEDGE)):
        raise Impossible("It cannot be done.")
    assert caught.value.alternatives == found(ARMV6)


BSD = {"name": "other", "libc": "", "libc_version": "", "like": (), "machine": "amd64"}
"""What other systems than Linux have in common."""


def other(distribution: str, platform: str, version: str = "3.11.13") -> Facts:
    """A machine of a system for which there are no wheels, and no package manager is known."""
    system = {**BSD, "distribution": distribution}
    python = {"platform": platform, "machine": "amd64", "libc": "", "version": version}
    return pretended(python, system, privilege=Privilege("none"))


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        (other("freebsd", "freebsd-14.3-RELEASE-amd64"), "pkg install py311-cryptography"),
        (other("netbsd", "netbsd-10.1-amd64"), "pkgin install py311-cryptography"),
        (other("openbsd", "openbsd-7.7-amd64"), "pkg_add py3-cryptography"),
        (
            pretended({}, {"distribution": "arch", "like": ()}),
            "pacman -S python-cryptography",
        ),
        (
            pretended({}, {"distribution": "manjaro", "like": ("arch",)}),
            "pacman -S python-cryptography",
        ),
        (
            pretended({}, {"distribution": "opensuse-leap", "like": ("suse", "opensuse")}),
            "zypper install python311-cryptography",
        ),
        (
            pretended({"version": "3.6.15"}, {"distribution": "sles", "like": ("suse",)}),
            "zypper install python3-cryptography",
        ),
        (
            pretended({}, {"distribution": "void", "like": ()}),
            "xbps-install -S python3-cryptography",
        ),
        (
            pretended({}, {"distribution": "gentoo", "like": ()}),
            "emerge dev-python/cryptography",
        ),
        (
            pretended(
                {"path": "/data/data/com.termux/files/usr/bin/python3", "libc": ""},
                {"distribution": "termux", "like": (), "libc": "", "libc_version": ""},
            ),
            "pkg install python-cryptography",
        ),
    ],
)
def test_the_package_of_a_system_whose_manager_is_only_named(facts: Facts, command: str) -> None:
    title = f"The package {command.split()[-1]} of "
    facts = replace(facts, privilege=Privilege("none"))
    way = one(facts, title)
    assert way.command == command
    assert "make the environment with --system-site-packages" in way.detail
    assert "cannot ask" in way.detail
    in_termux = facts.system.distribution == "termux"
    assert ("needs root rights" in way.detail) is not in_termux
    with_sudo = one(replace(facts, privilege=Privilege("sudo")), title)
    assert with_sudo.command == (command if in_termux else f"sudo {command}")
    assert "needs root rights" not in with_sudo.detail


def test_no_package_is_named_for_a_system_that_has_another() -> None:
    for facts in (RISCV, WIN32, INTEL_MAC):
        managers = {row.manager for row in KNOWLEDGE.system_packages}
        assert not [t for t in titles(facts) if t.rpartition(" of ")[2] in managers]


def test_where_no_python_is_known_its_version_is_not_guessed() -> None:
    facts = replace(other("freebsd", "freebsd-14.3-RELEASE-amd64"), pythons=())
    assert not [title for title in titles(facts) if title.startswith("The package py")]


def test_the_package_for_this_python_comes_before_that_of_the_systems_own() -> None:
    own, this = (
        Package("python3-cryptography", candidate="36.0.1-5.el9"),
        Package("python3.11-cryptography", candidate="37.0.2-6.el9"),
    )
    facts = replace(
        pretended({}, {"distribution": "rhel", "like": ("fedora",), "machine": "riscv64"}),
        managers=(Manager("dnf", "/usr/bin/dnf", (own, this)),),
    )
    assert one(facts, "The package python3").title == "The package python3.11-cryptography of dnf"
    without = replace(facts, managers=(Manager("dnf", "/usr/bin/dnf", (own,)),))
    assert one(without, "The package python3").title == "The package python3-cryptography of dnf"


@pytest.mark.parametrize(
    "change",
    [{"python_home": "/opt/python"}, {"shadowing": ("/opt/lib",)}],
    ids=["PYTHONHOME", "PYTHONPATH"],
)
def test_nothing_is_offered_before_a_variable_is_removed(change: dict[str, Any]) -> None:
    facts = machine("debian-12")
    assert found(facts)
    assert found(replace(facts, **change)) == ()


def test_what_the_machine_prevents_is_not_called_a_missing_part() -> None:
    facts = machine("debian-12")
    titles = [way.title for way in found(with_wrong_names(facts))]
    assert titles
    assert not [title for title in titles if "once the missing parts are installed" in title]


def with_wrong_names(facts: Facts) -> Facts:
    """The machine, whose Python looks for compiled modules under names for musl."""
    suffix = ".cpython-311-x86_64-linux-musl.so"
    return replace(facts, pythons=tuple(replace(p, suffix=suffix) for p in facts.pythons))


def test_another_folder_is_the_only_advice_if_only_the_folder_prevents_it() -> None:
    facts = machine("debian-12")
    assert found(replace(facts, spaces=(Space(facts.folder, 1 << 40, noexec=True),))) == ()


def test_the_same_in_another_folder_comes_first() -> None:
    facts = replace(machine("debian-12"), home="/home/ada", folder="/media/stick")
    facts = replace(facts, spaces=(Space("/media/stick", 1 << 40, noexec=True),))
    (way,) = found(facts)
    assert way.title == "The same, in /home/ada/cryptography-env"
    assert dict(way.choices)["venv"] == "/home/ada/cryptography-env"
    taken = replace(facts, occupied=("/home/ada/cryptography-env",))
    assert found(taken) == (), "that folder is something else"


def test_a_full_disk_of_an_environment_has_a_new_one_elsewhere_as_its_way() -> None:
    facts = replace(machine("debian-12"), home="/home/ada", folder="/media/stick")
    base = facts.pythons[0]
    half = Installed("cryptography", "50.0.2", damaged=True)
    inside = replace(
        base,
        path="/media/stick/env/bin/python",
        environment="/media/stick/env",
        base=f"{base.path}.11",
        base_prefix=base.installation,
        origin="folder",
        packages=(half,),
        cryptography="50.0.2",
    )
    facts = replace(facts, pythons=(inside, base), spaces=(Space("/media/stick", 3 << 20),))
    (way,) = found(facts, venv="/media/stick/env")
    assert way.title == "The same, in a new environment in /home/ada/cryptography-env"
    assert way.detail.endswith("/media/stick/env stays as it is.")
    assert dict(way.choices)["python"] == base.path
    whole = replace(inside, packages=(replace(half, damaged=False),))
    case = Case(replace(facts, pythons=(whole, base)), KNOWLEDGE, Choices(venv="/media/stick/env"))
    assert engine.settle(case).plan.only_proves, "nothing needs room"


def test_the_same_with_another_temporary_folder_comes_first() -> None:
    facts = machine("debian-12")
    system = replace(facts.system, temporary="/tmp", temporary_free=3 << 20)
    facts = replace(facts, system=system, cache="/home/ada/.cache", spaces=())
    assert not any("temporary" in way.title for way in found(facts)), "nobody knows a better one"
    roomy = replace(facts, spaces=(Space("/home/ada/.cache", 5 << 30),))
    best = found(roomy)[0]
    assert best.title == "The same, with temporary files in /home/ada/.cache/temporary"
    assert best.detail == "5.4 GB are free there. It is removed when it is empty."
    assert dict(best.choices)["temporary_folder"] == "/home/ada/.cache/temporary"
    case = Case(roomy, knowledge.load())
    assert case.offer(case.newest).wheel_blocked_by is not None
    again = case.with_(temporary_folder="/home/ada/.cache/temporary")
    assert again.offer(case.newest).wheel_blocked_by is None, "the two share no such answer"
