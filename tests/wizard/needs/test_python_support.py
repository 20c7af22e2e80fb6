"""No build is planned for a kind of Python that PyO3 or cffi refuses."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from tests.machines import listing, machine, names
from wizard import engine
from wizard.advice.doctor import findings
from wizard.choices import Choices
from wizard.engine import case_of
from wizard.errors import Impossible, WizardError
from wizard.facts import Facts, Python
from wizard.knowledge import load
from wizard.method import compiles
from wizard.refused import Refused
from wizard.target_environment import usable

ORDINARY = Python("/usr/bin/python3", "path", "3.12.3", platform="linux-x86_64", machine="x86_64")


def a_python(kind: str, version: str) -> Python:
    """A Python of this kind, made from an ordinary one of Linux."""
    base = next(p for p in machine("ubuntu-24.04").pythons if usable(p))
    path = f"/opt/{kind}{version}/bin/python3"
    implementation = "cpython" if kind == "free" else kind
    return replace(
        base, path=path, version=version, implementation=implementation,
        free_threaded=kind == "free", prefix=f"/opt/{kind}{version}", base=path,
        environment="", headers=True, externally_managed="", pip=None,
    )  # fmt: skip


def only(python: Python, *others: Python) -> Facts:
    """An Ubuntu 24.04 with these Pythons."""
    return replace(machine("ubuntu-24.04"), pythons=(python, *others))


def refusal(facts: Facts, release: str) -> Refused | None:
    """Why the first Python of the machine cannot compile the release; None if it can."""
    case = case_of(facts, Choices(method="source", release=release))
    return case.offer(case.find(release)).source_blocked_by


@pytest.mark.parametrize(
    ("kind", "version", "release", "words"),
    [
        ("free", "3.13.5", "50.0.2", "cffi, which it needs, supports free-threaded Python 3.14"),
        ("free", "3.13.5", "46.0.7", "cffi"),
        ("free", "3.13.5", "43.0.3", "cffi"),
        ("free", "3.13.5", "3.4.8", "cffi"),
        ("free", "3.14.0", "45.0.7", "46.0.0 is the first release for free-threaded Pythons"),
        ("free", "3.14.0", "42.0.8", "46.0.0 is the first release"),
        ("free", "3.15.0", "48.0.1", "its PyO3 0.28.3 supports free-threaded Python 3.14 only"),
        ("pypy", "3.10.16", "50.0.2", "its PyO3 0.29 supports PyPy 3.11 to 3.15 only"),
        ("pypy", "3.10.16", "47.0.0", "PyPy 3.11 to 3.14"),
        ("pypy", "3.11.11", "44.0.1", "PyPy 3.9 to 3.10"),
        ("pypy", "3.11.11", "42.0.8", "PyPy 3.7 to 3.10"),
        ("graalpy", "3.12.0", "45.0.7", "its PyO3 0.25.0 supports GraalPy 3.10 to 3.11 only"),
        ("graalpy", "3.11.0", "42.0.8", "its PyO3 0.20.3 does not support GraalPy"),
    ],
)
def test_a_refused_python_is_named_with_the_reason(
    kind: str, version: str, release: str, words: str
) -> None:
    refused = refusal(only(a_python(kind, version)), release)
    assert refused is not None
    assert refused.reason.startswith(f"cryptography {release} cannot be compiled for ")
    assert version in refused.reason
    assert words in refused.reason


@pytest.mark.parametrize(
    ("kind", "version", "release"),
    [
        ("free", "3.14.0", "46.0.0"),
        ("free", "3.14.0", "50.0.2"),
        ("free", "3.15.0", "49.0.0"),
        ("pypy", "3.10.16", "46.0.7"),
        ("pypy", "3.11.11", "50.0.2"),
        ("pypy", "3.11.11", "44.0.2"),
        ("pypy", "3.11.11", "42.0.4"),
        ("graalpy", "3.12.0", "46.0.0"),
        ("graalpy", "3.11.0", "43.0.3"),
    ],
)
def test_a_supported_python_is_not_refused(kind: str, version: str, release: str) -> None:
    assert refusal(only(a_python(kind, version)), release) is None


@pytest.mark.parametrize("version", ["3.12.3", "3.14.1", "3.16.0"])
@pytest.mark.parametrize("release", ["35.0.0", "42.0.8", "45.0.7", "50.0.2"])
def test_an_ordinary_python_is_never_too_new(version: str, release: str) -> None:
    ordinary = replace(a_python("free", version), free_threaded=False)
    assert refusal(only(ordinary), release) is None


def test_the_ways_that_are_left_are_named() -> None:
    free = a_python("free", "3.14.0")
    here = refusal(only(free, a_python("pypy", "3.10.16"), ORDINARY), "45.0.7")
    assert here is not None
    assert here.hints == (
        "The newest release that can be compiled for this Python is 50.0.2.",
        "Use another Python of this machine: --python /opt/pypy3.10.16/bin/python3",
    )
    nothing_newer = refusal(only(a_python("free", "3.13.5")), "50.0.2")
    assert nothing_newer is not None
    assert nothing_newer.hints == ("Use an ordinary Python or free-threaded Python 3.14 to 3.15.",)
    pypy = refusal(only(a_python("pypy", "3.10.16")), "50.0.2")
    assert pypy is not None
    assert pypy.hints == (
        "The newest release that can be compiled for this Python is 46.0.7.",
        "Use the standard Python (CPython) or PyPy 3.11 to 3.15.",
    )


def test_a_machine_with_only_free_threaded_3_13_gets_the_reason_and_two_ways() -> None:
    with pytest.raises(Impossible) as caught:
        engine.settle(case_of(only(a_python("free", "3.13.5")), Choices()))
    assert "cffi" in caught.value.why
    assert "no wheel for free-threaded Python 3.13.5" in caught.value.why
    titles = [alternative.title for alternative in caught.value.alternatives]
    assert "A standard Python 3.13, not a free-threaded one" in titles
    assert "A free-threaded Python 3.14" in titles
    assert not any("missing parts" in title for title in titles)


def test_a_wheelhouse_for_a_refused_python_is_refused_too() -> None:
    ordinary = replace(a_python("free", "3.12.3"), free_threaded=False)
    free = a_python("free", "3.13.5")
    facts = only(ordinary, free)
    choices = Choices(wheelhouse="/wheels", method="source", release="50.0.2")
    assert case_of(facts, choices).offer().source_blocked_by is None
    both = case_of(facts, replace(choices, targets="3.12,3.13t")).offer().source_blocked_by
    assert both is not None
    assert "free-threaded Python 3.13.5: cffi" in both.reason


def test_doctor_says_that_no_build_is_possible() -> None:
    case = case_of(only(a_python("free", "3.13.5")), Choices())
    (source,) = (found for found in findings(case) if found.title == "Source")
    assert source.mark == "warn"
    assert "cffi" in source.detail


KINDS = [
    ("free", "3.13.5"),
    ("free", "3.14.0"),
    ("free", "3.15.0"),
    ("pypy", "3.9.19"),
    ("pypy", "3.10.16"),
    ("pypy", "3.11.11"),
    ("graalpy", "3.11.0"),
]


def table_refuses(python: Python, release: str) -> bool:
    """Read the table once more, in another way: as numbers."""
    if python.implementation == "cpython" and not python.free_threaded:
        return False
    row = load().pythons_of(release)
    assert row is not None
    limits = row.free_threaded if python.free_threaded else getattr(row, python.implementation)
    if not limits:
        return True
    oldest, newest = (int(text.split(".")[1]) if text else None for text in limits)
    minor = int(python.minor.split(".")[1])
    return minor < (oldest or 0) or minor > (newest or minor)


@pytest.mark.parametrize("name", names())
def test_no_plan_compiles_for_a_python_that_the_table_refuses(name: str) -> None:
    facts = machine(name)
    bases = [p for p in facts.pythons if usable(p) and not p.environment]
    variants = [*bases]
    for kind, version in KINDS:
        implementation = "cpython" if kind == "free" else kind
        variants += [
            replace(p, version=version, implementation=implementation, pip=None,
                    free_threaded=kind == "free", headers=True)
            for p in bases[:1]
        ]  # fmt: skip
    firsts_and_lasts = {v for row in load().releases for v in (row.first, row.last)}
    releases = [r for r in listing().releases if r.version in firsts_and_lasts and not r.yanked]
    refusals = 0
    for python in variants:
        case = case_of(replace(facts, pythons=(python,)), Choices())
        for listed in releases:
            source = case.offer(listed)
            if table_refuses(python, listed.version):
                refusals += 1
                assert source.source_blocked_by is not None
                assert source.needs is None
        for choices in (Choices(), Choices(method="source")):
            with contextlib.suppress(WizardError):
                plan = engine.settle(case.choosing(choices)).plan
                assert plan is not None
                assert not (compiles(plan.method) and table_refuses(python, plan.release))
    assert refusals
