"""Which release has a wheel for which Python: the documented caps, on the recorded listing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.machines import machine
from wizard.codec import from_json
from wizard.facts import Facts, Listed, Listing, Pip, Python, System
from wizard.knowledge import Knowledge, load
from wizard.needs import wheels
from wizard.needs.case import Case
from wizard.needs.tags import compress, current_pip_tags, expand
from wizard.refused import Refused

RECORDED = Path(__file__).parents[2] / "machines" / "listing.json"


@pytest.fixture(scope="module")
def listing() -> Listing:
    return from_json(Listing, RECORDED.read_text(encoding="utf-8"), source=RECORDED.name)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def linux(version: str, machine: str = "x86_64", glibc: str = "2.36", **more: Any) -> Python:
    given = {"libc": "glibc", "libc_version": glibc, **more}
    return Python(
        "/python", "path", version=version, machine=machine, platform=f"linux-{machine}", **given
    )


def musl(version: str, musl: str, machine: str = "x86_64") -> Python:
    return linux(version, machine, libc="musl", libc_version=musl)


def mac(version: str, machine: str, **more: Any) -> Python:
    return Python(
        "/python",
        "path",
        version=version,
        machine=machine,
        platform="macosx-11.0-universal2",
        macos="14.5",
        **more,
    )


def windows(platform: str) -> Python:
    bits = 32 if platform == "win32" else 64
    return Python("py", "path", version="3.12.4", platform=platform, bits=bits)


CAPS = [
    (linux("3.6.15"), "40.0.2"),
    (linux("3.7.16"), "45.0.7"),
    (linux("3.8.18"), "47.0.0"),
    (linux("3.9.0"), "43.0.3"),
    (linux("3.9.1"), "43.0.3"),
    (linux("3.9.2"), "50.0.2"),
    (linux("3.13.0"), "50.0.2"),
    (linux("3.14.0rc1"), "50.0.2"),
    (linux("3.12.1", "aarch64"), "50.0.2"),
    (linux("3.12.1", "ppc64le"), "50.0.2"),
    (linux("3.11.2", "armv7l", "2.31"), "50.0.2"),
    (linux("3.11.2", "armv7l", "2.28"), "46.0.3"),
    (linux("3.9.7", glibc="2.12"), "37.0.4"),
    (mac("3.12.1", "x86_64"), "48.0.1"),
    (mac("3.12.1", "arm64"), "50.0.2"),
    (windows("win32"), "48.0.1"),
    (windows("win-arm64"), "46.0.3"),
    (windows("win-amd64"), "50.0.2"),
    (musl("3.9.5", "1.1"), "42.0.8"),
    (musl("3.12.5", "1.2"), "50.0.2"),
    (musl("3.12.5", "1.2.4"), "50.0.2"),
    (musl("3.12.5", "1.2.3"), "42.0.7"),
    (musl("3.12.5", "1.2.2", "aarch64"), "44.0.0"),
    (replace(musl("3.12.5", "1.2.3"), relr="no"), "42.0.7"),
    (replace(musl("3.12.5", "1.2.3"), relr="yes"), "50.0.2"),
    (musl("3.9.5", "1.1.24"), "42.0.8"),
    (linux("3.9.18", implementation="pypy"), "43.0.3"),
    (linux("3.10.14", implementation="pypy"), "45.0.7"),
    (linux("3.11.9", implementation="pypy"), "50.0.2"),
    (mac("3.11.9", "x86_64", implementation="pypy"), "46.0.3"),
    (linux("3.14.1", free_threaded=True), "50.0.2"),
]

NONE = [
    (linux("3.11.2", "i686", bits=32), "2.6.1 was the last"),
    (linux("3.11.2", "x86_64", bits=32), "2.6.1 was the last"),
    (linux("3.11.2", "s390x"), "no release ever had one"),
    (linux("3.11.2", "riscv64", "2.39"), "no release ever had one"),
    (musl("3.11.2", "1.2", "armv7l"), "no release ever had one"),
    (linux("3.11.2", "armv7l", "2.27"), "need glibc 2.31 or newer"),
    (linux("3.13.1", free_threaded=True), "only for"),
    (linux("3.11.2", implementation="graalpy"), "CPython and PyPy"),
    (
        Python("p", "path", version="3.11.2", platform="freebsd-14.1-amd64"),
        "no release ever had one",
    ),
    (Python("p", "path", version="3.11.2"), "does not know"),
]


def fitting(python: Python, listed: Listed, knowledge: Knowledge) -> wheels.Fit:
    """The wheel that fits."""
    found = wheels.fit(python, listed, knowledge)
    assert isinstance(found, wheels.Fit)
    return found


def case_of(listing: Listing, knowledge: Knowledge) -> Case:
    """A machine of which only the index's list is known."""
    return Case(Facts(System("linux", "x86_64"), listing=listing), knowledge)


def newest(python: Python, listing: Listing, knowledge: Knowledge) -> Listed | None:
    """The newest release with a wheel that fits."""
    return case_of(listing, knowledge).newest_wheel(python)


def refused(python: Python, listed: Listed, knowledge: Knowledge) -> str:
    """Why no wheel fits."""
    found = wheels.fit(python, listed, knowledge)
    assert isinstance(found, Refused)
    return found.reason


@pytest.mark.parametrize(("python", "cap"), CAPS)
def test_the_newest_release_with_a_wheel(
    python: Python, cap: str, listing: Listing, knowledge: Knowledge
) -> None:
    found = newest(python, listing, knowledge)
    assert found is not None
    assert found.version == cap
    fit = fitting(python, found, knowledge)
    assert fit.wheel in set(expand(found.wheels)) & set(expand(current_pip_tags(python)))
    assert (fit.release, fit.pip, fit.why_pip) == (cap, "", "")


@pytest.mark.parametrize(("python", "cap"), CAPS)
def test_the_documented_tables_say_the_same(python: Python, cap: str, knowledge: Knowledge) -> None:
    found = newest(python, wheels.documented(knowledge), knowledge)
    assert found is not None
    assert found.version == cap


@pytest.mark.parametrize(("python", "why"), NONE)
def test_no_release_has_a_wheel_and_why(
    python: Python, why: str, listing: Listing, knowledge: Knowledge
) -> None:
    assert newest(python, listing, knowledge) is None
    assert why in refused(python, listing.releases[0], knowledge)


@pytest.mark.parametrize(
    ("python", "why"),
    [
        (mac("3.12.1", "x86_64"), "48.0.1 was the last release with wheels for Intel Macs"),
        (windows("win32"), "48.0.1 was the last"),
        (windows("win-arm64"), "46.0.3 was the last"),
        (musl("3.9.5", "1.1"), "need musl 1.2 or newer. 42.0.8 was the last"),
        (musl("3.12.5", "1.2.3"), "does not work with musl 1.2.3: its libgcc_s has relocations"),
        (musl("3.12.5", "1.2.2", "aarch64"), "It needs musl 1.2.4 or newer."),
        (linux("3.8.18"), "needs Python 3.9 or newer, but this is Python 3.8.18"),
        (linux("3.9.1"), "does not work with Python 3.9.1"),
        (linux("3.9.18", implementation="pypy"), "for Python 3.11 of PyPy 7.3"),
        (mac("3.11.9", "arm64", implementation="pypy"), "for Python 3.11 of PyPy 8.0"),
    ],
)
def test_why_the_newest_release_does_not_fit(
    python: Python, why: str, listing: Listing, knowledge: Knowledge
) -> None:
    assert why in refused(python, listing.releases[0], knowledge)


def test_a_platform_that_came_later(listing: Listing, knowledge: Knowledge) -> None:
    old = next(r for r in listing.releases if r.version == "45.0.7")
    reason = refused(linux("3.11.2", "ppc64le"), old, knowledge)
    assert reason.endswith("46.0.0 was the first release with one.")


def test_a_python_below_the_abi3_floor(knowledge: Knowledge) -> None:
    unchecked = Listed("50.0.2", wheels=("cp39-abi3-manylinux_2_28_x86_64",))
    reason = refused(linux("3.8.18"), unchecked, knowledge)
    assert reason.endswith("for Python 3.9 and newer.")


def pip_of(version: str, python: str, *names: str) -> Pip:
    """The tags as pips before 20 gave them."""
    tags = [f"cp{python}-cp{python}m-{name}_x86_64" for name in (*names, "linux")]
    tags += [f"cp{python}-abi3-{name}_x86_64" for name in (*names, "linux")]
    tags += [f"cp{python}-none-any", "py3-none-any"]
    return Pip(version, compress(tags))


@pytest.mark.parametrize(
    ("python", "release", "needed"),
    [
        (linux("3.6.15", pip=pip_of("18.1", "36", "manylinux1")), "40.0.2", "19.3"),
        (linux("3.6.15", pip=pip_of("18.1", "36", "manylinux1")), "37.0.4", "19.0"),
        (
            linux("3.6.15", pip=pip_of("19.2.3", "36", "manylinux2010", "manylinux1")),
            "40.0.2",
            "19.3",
        ),
        (linux("3.6.15", pip=pip_of("19.2.3", "36", "manylinux2010", "manylinux1")), "37.0.4", ""),
        (linux("3.6.15", pip=pip_of("9.0.3", "36", "manylinux1")), "40.0.2", "19.3"),
        (linux("3.6.15", pip=pip_of("8.1", "36", "manylinux2014")), "40.0.2", "9.0"),
    ],
)
def test_an_old_pip_must_be_upgraded(
    python: Python, release: str, needed: str, listing: Listing, knowledge: Knowledge
) -> None:
    listed = next(r for r in listing.releases if r.version == release)
    fit = fitting(python, listed, knowledge)
    assert fit.wheel
    assert fit.pip == needed
    assert (f"pip {needed}" in fit.why_pip) is bool(needed)


def test_an_old_pip_still_leads_to_the_newest_release(
    listing: Listing, knowledge: Knowledge
) -> None:
    python = linux("3.6.15", pip=pip_of("18.1", "36", "manylinux1"))
    found = newest(python, listing, knowledge)
    assert found is not None
    assert found.version == "40.0.2"


def test_a_musl_pip_that_does_not_know_musl(listing: Listing, knowledge: Knowledge) -> None:
    pip = Pip("20.3.4", ("cp39-cp39-linux_x86_64", "cp39-none-any"))
    python = Python(
        "/python",
        "path",
        version="3.9.5",
        machine="x86_64",
        platform="linux-x86_64",
        libc="musl",
        libc_version="1.2",
        pip=pip,
    )
    fit = fitting(python, listing.releases[0], knowledge)
    assert (fit.wheel, fit.pip) == ("cp39-abi3-musllinux_1_2_x86_64", "21.2.4")


def test_an_upgrade_that_would_not_help_is_not_asked_for(
    listing: Listing, knowledge: Knowledge
) -> None:
    python = linux("3.11.2", pip=Pip("24.0", ("cp311-none-any",)))
    assert "pip 24.0 accepts none" in refused(python, listing.releases[0], knowledge)


def test_the_tags_of_a_new_environment_count_instead(
    listing: Listing, knowledge: Knowledge
) -> None:
    python = linux("3.11.2", pip=pip_of("18.1", "311", "manylinux1"))
    fit = wheels.fit(python, listing.releases[0], knowledge, accepts=current_pip_tags(python))
    assert isinstance(fit, wheels.Fit)
    assert (fit.wheel, fit.pip) == ("cp311-abi3-manylinux_2_34_x86_64", "")


def test_a_pip_whose_tags_could_not_be_read_is_taken_for_a_current_one(
    listing: Listing, knowledge: Knowledge
) -> None:
    fit = fitting(linux("3.11.2", pip=Pip("?")), listing.releases[0], knowledge)
    assert (fit.wheel, fit.pip) == ("cp311-abi3-manylinux_2_34_x86_64", "")


def test_yanked_releases_and_pre_releases_are_passed_over(knowledge: Knowledge) -> None:
    tag = ("cp39-abi3-manylinux_2_28_x86_64",)
    listing = Listing(
        (
            Listed("51.0.0rc1", wheels=tag, sdist="cryptography-51.0.0rc1.tar.gz"),
            Listed("50.0.3", yanked="Broken."),
            Listed("50.0.2", ">=3.9", tag),
            Listed("50.0.1", "nonsense", sdist="cryptography-50.0.1.tar.gz"),
        )
    )
    python = linux("3.11.2")
    wheel = newest(python, listing, knowledge)
    assert wheel is listing.releases[2]
    assert case_of(listing, knowledge).releases == listing.releases[2:]
    assert "Broken." in refused(python, listing.releases[1], knowledge)


def test_a_release_without_wheels(knowledge: Knowledge) -> None:
    reason = refused(linux("3.11.2"), Listed("50.0.2", sdist="x.tar.gz"), knowledge)
    assert reason == "The index has only the source of cryptography 50.0.2, no wheels."


def test_the_documented_listing_has_the_recorded_releases(
    listing: Listing, knowledge: Knowledge
) -> None:
    implied = wheels.documented(knowledge)
    recorded = {r.version: bool(r.yanked) for r in listing.releases}
    assert {r.version: bool(r.yanked) for r in implied.releases} == recorded
    assert implied.releases[0].version == listing.releases[0].version
    assert not any("*" in tag for r in implied.releases for tag in r.wheels)


@pytest.mark.parametrize(
    ("name", "computers"), [("mac-intel-brew", "Intel Macs"), ("windows-32", "32-bit Windows")]
)
def test_that_support_was_removed_is_said_once(
    name: str, computers: str, listing: Listing, knowledge: Knowledge
) -> None:
    python = next(p for p in machine(name).pythons if not p.problem)
    newest = next(r for r in listing.releases if r.version == "50.0.2")
    refused = wheels.fit(python, newest, knowledge)
    assert isinstance(refused, Refused)
    assert f"no wheel for {computers}" in refused.reason
    assert "48.0.1 was the last release with wheels" in refused.reason
    assert "removed support" not in refused.reason, "a separate note says so"
    assert f"support for {computers} in 49.0.0" in wheels.support_removed(
        python, "49.0.0", knowledge
    )
    assert wheels.support_removed(python, "48.0.1", knowledge) == ""


@pytest.mark.parametrize(
    "name", ["mac-arm-brew", "windows-64", "windows-arm64", "debian-12", "rhel-7"]
)
def test_support_for_other_computers_was_not_removed(name: str, knowledge: Knowledge) -> None:
    assert wheels.support_removed(machine(name).pythons[0], "50.0.2", knowledge) == ""
