"""Is this platform supported? Three answers, each true."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.machines import machine
from wizard import knowledge
from wizard.advice import support
from wizard.advice.support import Support, support_of_recommended
from wizard.choices import Choices
from wizard.facts import Facts, Python
from wizard.needs.case import Case

DEBIAN = machine("debian-12")
PYTHON = DEBIAN.pythons[0]
KNOWLEDGE = knowledge.load()


def facts(distribution: str, version: str, **changes: Any) -> Facts:
    parts = {"distribution": distribution, "distribution_version": version, **changes}
    return replace(DEBIAN, system=replace(DEBIAN.system, **parts))


def ask(
    where: Facts, release: str = "50.0.2", *, wheel: bool = True, python: Python = PYTHON
) -> Support:
    return support.support(where, support.load(), python, release, wheel)


def test_tested_is_one_plain_sentence_with_its_source() -> None:
    found = ask(DEBIAN)
    assert found.kind == "tested"
    assert found.text == (
        "The developers of cryptography test 50.0.2 on Debian 12 on x86_64 with Python 3.11."
    )
    assert found.source == "docs/installation.rst of cryptography 50.0.2"
    assert "OpenSSL 3.0, 3.4, 3.5, 3.6 and 4.0" in found.openssl
    assert "LibreSSL" in found.openssl


@pytest.mark.parametrize(("wheel", "kind"), [(True, "wheel"), (False, "neither")])
def test_a_system_that_is_not_tested(wheel: bool, kind: str) -> None:
    found = ask(facts("debian", "11"), wheel=wheel)
    assert found.kind == kind
    assert f"has {'a' if wheel else 'no'} wheel for Debian 11 on x86_64" in found.text
    assert "Its developers test it on Debian 12 and 13 and Debian unstable." in found.text
    assert found.source == "docs/installation.rst of cryptography 50.0.2"


@pytest.mark.parametrize(
    ("where", "release", "kind"),
    [
        (facts("debian", "11"), "46.0.3", "tested"),
        (facts("debian", "11"), "47.0.0", "wheel"),
        (facts("rhel", "8.10"), "46.0.7", "tested"),
        (facts("rhel", "80.1"), "46.0.7", "wheel"),
        (facts("rhel", "9.4"), "46.0.7", "wheel"),
        (facts("centos", "10"), "50.0.2", "tested"),
        (facts("ubuntu", "24.04"), "50.0.2", "tested"),
        (facts("linuxmint", "22", like=("ubuntu",)), "50.0.2", "wheel"),
        (facts("macos", "26.1", name="macos"), "50.0.2", "wheel"),  # this Python is x86_64
    ],
)
def test_the_version_of_the_system_decides(where: Facts, release: str, kind: str) -> None:
    assert ask(where, release).kind == kind


@pytest.mark.parametrize(
    ("where", "changes", "words"),
    [
        (facts("fedora", "44"), {}, "the newest Fedora. The wizard does not know"),
        (
            facts("alpine", "3.22.1"),
            {"machine": "aarch64"},
            "the newest Alpine. The wizard does not know",
        ),
        (facts("debian", ""), {}, "Debian testing or unstable on x86_64"),
        (facts("ubuntu", "26.10"), {}, "the newest Ubuntu. The wizard does not know"),
        (
            facts("ubuntu", "26.04"),
            {"machine": "aarch64"},
            "the newest Ubuntu. The wizard does not know",
        ),
    ],
)
def test_what_moves_is_never_called_tested(where: Facts, changes: Any, words: str) -> None:
    found = ask(where, python=replace(PYTHON, **changes))
    assert found.kind == "wheel"
    assert words in found.text
    assert found.short == "50.0.2: a wheel; perhaps tested here"


def test_what_is_older_than_a_named_version_was_not_the_newest() -> None:
    arm = replace(PYTHON, machine="aarch64")
    found = ask(facts("ubuntu", "24.04"), python=arm)
    assert found.text.endswith("Its developers test it on the newest Ubuntu.")
    assert found.short == "50.0.2: a wheel; not tested on this kind of system"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": "3.8.20"}, "Its developers test it with Python 3.9 and newer."),
        ({"version": "3.16.0"}, "Its developers list no Python newer than 3.15."),
        ({"version": "3.14.0", "free_threaded": True}, "do not list a free-threaded Python"),
        ({"implementation": "pypy", "version": "3.10.16"}, "Its developers test it with PyPy3.11."),
        ({"implementation": "graalpy"}, "only with CPython and PyPy"),
        ({"machine": "riscv64"}, "On Debian, its developers test it only with x86_64."),
        ({"bits": 32}, "for Debian 12 on i686"),
    ],
)
def test_the_python_decides_too(changes: Any, words: str) -> None:
    found = ask(DEBIAN, wheel=False, python=replace(PYTHON, **changes))
    assert found.kind == "neither"
    assert words in found.text


def test_pypy() -> None:
    pypy = replace(PYTHON, implementation="pypy", version="3.11.13")
    assert ask(DEBIAN, python=pypy).kind == "tested"
    older = ask(DEBIAN, "45.0.7", python=pypy)
    assert older.kind == "wheel"
    assert "PyPy3 7.3.11+. The wizard does not know whether this is the same one." in older.text


@pytest.mark.parametrize(
    ("platform", "release", "version", "kind"),
    [
        ("win-amd64", "2025Server", "50.0.2", "tested"),
        ("win32", "2025Server", "50.0.2", "neither"),
        ("win32", "2022Server", "48.0.1", "tested"),
        ("win-amd64", "11", "50.0.2", "neither"),
    ],
)
def test_windows_is_tested_as_a_server(
    platform: str, release: str, version: str, kind: str
) -> None:
    where = facts("windows", "10.0.26100", name="windows", release=release)
    python = replace(PYTHON, platform=platform, machine="AMD64")
    found = ask(where, version, wheel=False, python=python)
    assert found.kind == kind
    if release == "11":
        assert "for Windows 11 on 64-bit Intel" in found.text
        assert found.text.endswith("Its developers test it on Windows Server 2025.")


def test_an_intel_python_on_apple_silicon_is_not_what_is_tested() -> None:
    mac = facts("macos", "15.6", name="macos", machine="arm64")
    intel = replace(PYTHON, machine="x86_64", platform="macosx-10.9-universal2")
    assert ask(mac, "48.0.1", python=replace(intel, machine="arm64")).kind == "tested"
    old = replace(mac, system=replace(mac.system, machine="x86_64"))
    assert ask(old, "48.0.1", python=intel).kind == "tested"
    assert "only with arm64" in ask(old, "49.0.0", python=intel).text
    imitated = ask(mac, "48.0.1", python=intel)
    assert imitated.kind == "wheel"
    assert "macOS 15 on x86_64 (emulated on ARM) with Python 3.11" in imitated.text


def test_a_release_that_nobody_has_read_is_not_known() -> None:
    found = ask(DEBIAN, "61.0.0")
    assert found.kind == "wheel"
    assert found.text.endswith("The wizard does not know where this release is tested.")
    assert (found.openssl, found.source) == ("", "")


def test_the_short_words_fit_on_a_line() -> None:
    shorts = {ask(facts(name, "3"), "50.0.2", wheel=wheel).short for wheel in (True, False)
              for name in ("debian", "fedora", "alpine")}  # fmt: skip
    assert len(shorts) == 4
    assert all(
        len(short) <= 52 for short in {*shorts, ask(DEBIAN).short, ask(DEBIAN, "61.0").short}
    )


def test_the_recommended_release_is_meant_or_the_one_that_was_asked_for() -> None:
    best = support_of_recommended(Case(DEBIAN, KNOWLEDGE, Choices()))
    asked = support_of_recommended(Case(DEBIAN, KNOWLEDGE, Choices(release="46.0.3")))
    assert best is not None
    assert asked is not None
    assert (best.release, best.kind) == ("50.0.2", "tested")
    assert (asked.release, asked.kind) == ("46.0.3", "tested")


def test_where_nothing_works_the_newest_is_meant() -> None:
    riscv = replace(PYTHON, machine="riscv64", platform="linux-riscv64", pip=None)
    bare = replace(DEBIAN, pythons=(riscv,), managers=(), tools=())
    found = support_of_recommended(Case(bare, KNOWLEDGE, Choices()))
    assert found is not None
    assert (found.release, found.kind) == ("50.0.2", "neither")


def test_without_a_python_or_a_release_there_is_nothing_to_say() -> None:
    assert support_of_recommended(Case(replace(DEBIAN, pythons=()), KNOWLEDGE, Choices())) is None
    assert support_of_recommended(Case(DEBIAN, KNOWLEDGE, Choices(release="9.9"))) is None
