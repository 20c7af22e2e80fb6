"""What packages require from each other, from metadata alone."""

from __future__ import annotations

from typing import Any

import pytest

from wizard import installed
from wizard.facts import Installed

MARKERS = {
    "implementation_name": "cpython",
    "implementation_version": "3.8.18",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.1",
    "platform_system": "Linux",
    "platform_version": "1",
    "python_full_version": "3.8.18",
    "python_version": "3.8",
    "sys_platform": "linux",
}


def described(**packages: list[str]) -> dict[str, Any]:
    return {
        "markers": MARKERS,
        "found": [
            {"name": name, "version": "1.0", "requires": requires, "origin": "index"}
            for name, requires in packages.items()
        ],
    }


def requires(found: tuple[Installed, ...], name: str) -> tuple[str, ...]:
    return next(package.requires for package in found if package.name == name)


def test_markers_are_those_of_the_target_and_not_of_this_python() -> None:
    lines = [
        "old; python_version < '3.9'",
        "new>=2; python_version >= '3.9'",
        "win; sys_platform == 'win32'",
        "always (>=1.5)",
    ]
    found = installed.parse(described(a=lines))
    assert requires(found, "a") == ("old", "always>=1.5")


def test_an_extra_counts_if_another_package_requests_it() -> None:
    jose = ["ecdsa", 'cryptography<44; extra == "fast"']
    alone = installed.parse(described(jose=jose))
    assert requires(alone, "jose") == ("ecdsa",)
    requested = installed.parse(described(jose=jose, app=["JOSE[fast]>=1"]))
    assert requires(requested, "jose") == ("ecdsa", "cryptography<44")


def test_an_extra_that_requests_another_extra_counts_too() -> None:
    found = installed.parse(
        described(
            c=['cryptography<44; extra == "deep"'],
            b=['c[deep]; extra == "b"'],
            a=["b[b]", "nobody[x]; python_version > '4'"],
        )
    )
    assert requires(found, "c") == ("cryptography<44",)


def test_what_follows_no_standard_is_left_out() -> None:
    found = installed.parse(described(a=["cryptography>=1.*", "b", "c d e"]))
    assert requires(found, "a") == ("b",)


PACKAGES = (
    Installed("pyOpenSSL", "24.2.1", ("cryptography<44,>=41.0.5",)),
    Installed("acme", "2.11.0", ("pyOpenSSL>=17.5.0", "josepy", "missing>=1")),
    Installed("cryptography", "50.0.2", ("cffi>=2.0.0",)),
    Installed("cffi", "2.1.1", ("pycparser",)),
    Installed("pycparser", "2.22"),
    Installed("josepy", "1.14.0", ("cryptography>=1.5",)),
    Installed("click", "8.0"),
)


def test_conflicts_are_what_pip_check_reports() -> None:
    assert [conflict.sentence for conflict in installed.conflicts(PACKAGES)] == [
        "pyOpenSSL 24.2.1 requires cryptography<44,>=41.0.5, but 50.0.2 is installed.",
        "acme 2.11.0 requires missing>=1, which is missing.",
    ]


def test_a_pre_release_that_is_installed_satisfies_a_requirement() -> None:
    packages = (Installed("a", "1", ("b>=2",)), Installed("b", "3.0rc1"))
    assert installed.conflicts(packages) == ()


def test_a_version_that_cannot_be_compared_is_no_conflict() -> None:
    packages = (Installed("a", "1", ("b>=2",)), Installed("b", "2.local_build"))
    assert installed.conflicts(packages) == ()


def test_dependents_are_found_through_others() -> None:
    names = [package.name for package in installed.dependents(PACKAGES, {"cryptography"})]
    assert names == ["pyOpenSSL", "acme", "josepy"]
    assert installed.dependents(PACKAGES, {"click"}) == ()


@pytest.mark.parametrize(
    ("requirement", "parts"),
    [
        ("cryptography<44,>=41.0.5", ("cryptography", "<44,>=41.0.5")),
        ("Zope.Interface", ("zope-interface", "")),
        ("typing_extensions!=4.5", ("typing-extensions", "!=4.5")),
        ("b~=1.4.2", ("b", "~=1.4.2")),
    ],
)
def test_a_requirement_is_split(requirement: str, parts: tuple[str, str]) -> None:
    assert installed.split(requirement) == parts


@pytest.mark.parametrize(
    ("one", "other", "possible"),
    [
        (">=2.0.0", "<2.0.0,>=1.9", False),
        (">=2.0.0", ">=1.12", True),
        (">=2.0.0", "", True),
        (">=4.13.2", "<4.6.0,>=3.6.6", False),
        (">=1.12", "==1.*", True),
        (">=2.0.0", "==1.17.1", False),
        (">=1.14", ">1.15,<1.16", True),
        (">=2.0.0", "~=1.15", False),
        (">=2.0.0", "!=2.0.0", True),
        (">=2.0.0", "<=2", True),
    ],
)
def test_two_specifiers_overlap_or_not(one: str, other: str, possible: bool) -> None:
    assert installed.overlap(one, other) is possible
    assert installed.overlap(other, one) is possible


def test_a_marker_that_cannot_be_evaluated_hides_no_package() -> None:
    found = installed.parse(
        described(a=["cryptography<44 ; python_version ~= 'x'", "b ; 'dev' in extras"])
    )
    assert requires(found, "a") == ("cryptography<44",)
