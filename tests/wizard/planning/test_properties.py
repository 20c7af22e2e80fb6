"""Every machine with every property that decides something: a plan never tries what cannot succeed.

Each property is added to each recorded machine. The table says, independently of the code, which
methods are then impossible, and which words a plan must contain, exactly once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from tests.machines import machine, names
from tests.wizard.environments import environment, holding
from tests.wizard.planned import plan_of
from wizard import engine
from wizard.choices import Choices
from wizard.errors import Exit, WizardError
from wizard.export.formats import to_text
from wizard.facts import Facts, Fips, Listing, Processor, Python, Space
from wizard.knowledge import load
from wizard.needs.case import Case
from wizard.plan import Plan

KNOWLEDGE = load()
WISHES = (Choices(), Choices(method="wheel"), Choices(method="source"))
METHODS = ("wheel", "source")
LINUX, WINDOWS = ("linux",), ("windows",)
EVERYWHERE = ("linux", "macos", "windows")


@dataclass(frozen=True)
class Property:
    """A property: how it is added, on which systems, and what it means for each method.

    ``forbids`` are the methods that are then impossible. ``says`` are words that a plan with this
    method must contain exactly once; a method that is not in it gets no note because of this.
    """

    add: Callable[[Facts], Facts]
    systems: tuple[str, ...] = EVERYWHERE
    forbids: tuple[str, ...] = ()
    says: tuple[tuple[str, str], ...] = ()


def system(**values: object) -> Callable[[Facts], Facts]:
    return lambda facts: replace(facts, system=replace(facts.system, **values))  # type: ignore[arg-type]


def fips(**values: object) -> Callable[[Facts], Facts]:
    return lambda facts: replace(facts, fips=Fips(**values))  # type: ignore[arg-type]


def pythons(change: Callable[[Python], Python]) -> Callable[[Facts], Facts]:
    return lambda facts: replace(facts, pythons=tuple(map(change, facts.pythons)))


def disk(**values: object) -> Callable[[Facts], Facts]:
    """The disk of the working folder, where a new environment is made."""
    space = {"free": 50 << 30, **values}
    return lambda facts: replace(facts, spaces=(Space(facts.folder, **space),))  # type: ignore[arg-type]


def in_conda(python: Python) -> Python:
    return replace(
        python,
        vendor="conda",
        origin="active",
        environment=python.prefix,
        base=python.path,
        base_prefix=python.prefix,
        externally_managed="",
    )


def with_other_libc(python: Python) -> Python:
    return replace(python, libc="glibc" if python.libc == "musl" else "musl")


def with_wrong_names(python: Python) -> Python:
    names_of_musl = python.libc == "glibc"
    end = "musl" if names_of_musl else "gnu"
    return replace(
        python,
        implementation="cpython",
        suffix=f".cpython-311-x86_64-linux-{end}.so",
        version="3.11.9",
    )


def on_windows_disk(facts: Facts) -> Facts:
    return disk(filesystem="9p")(system(wsl=2)(facts))


PROPERTIES = {
    "nothing": Property(lambda facts: facts),
    "FIPS by the kernel": Property(
        fips(kernel=True), says=tuple((method, "FIPS mode is on") for method in METHODS)
    ),
    "FIPS by OPENSSL_CONF": Property(
        fips(configuration="/root/fips.cnf", variable=True),
        forbids=("wheel",),
        says=(("source", "FIPS mode is on"),),
    ),
    "FIPS by OPENSSL_CONF and OPENSSL_MODULES": Property(
        fips(configuration="/root/fips.cnf", variable=True, module=True),
        says=tuple((method, "FIPS mode is on") for method in METHODS),
    ),
    "qemu": Property(
        system(processor=Processor(emulator="qemu")), LINUX, says=(("source", "qemu emulates"),)
    ),
    "Rosetta for Linux": Property(system(processor=Processor(emulator="Rosetta")), LINUX),
    "an old processor": Property(system(processor=Processor("Core 2", "x86-64-v1")), LINUX),
    "an index that refuses": Property(
        lambda facts: replace(
            facts, listing=Listing(problem="https://index.example/simple/ wants a password (401).")
        ),
        forbids=METHODS,
    ),
    "certificates that are not there": Property(
        lambda facts: replace(facts, lost_authorities=(("PIP_CERT", "/gone.pem"),)),
        says=tuple((method, "names no certificates") for method in METHODS),
    ),
    "an environment that is noexec": Property(disk(noexec=True), forbids=METHODS),
    "a read-only disk": Property(disk(readonly=True), forbids=METHODS),
    "a folder that iCloud keeps": Property(
        disk(cloud="iCloud"),
        ("macos",),
        says=tuple((method, "in a folder that iCloud keeps") for method in METHODS),
    ),
    "a full disk": Property(disk(free=10 << 20), forbids=METHODS),
    "a temporary folder that is noexec": Property(
        system(temporary_noexec=True), forbids=("source",)
    ),
    "a full temporary folder": Property(system(temporary_free=20 << 20), forbids=("source",)),
    "little memory": Property(
        system(memory=1 << 30, swap=0, cores=8), says=(("source", "--jobs changes that"),)
    ),
    "little memory and much swap space": Property(system(memory=1 << 30, swap=15 << 30, cores=8)),
    "PYTHONHOME": Property(
        lambda facts: replace(facts, python_home="/opt/python"), forbids=METHODS
    ),
    "PYTHONPATH": Property(lambda facts: replace(facts, shadowing=("/opt/lib",)), forbids=METHODS),
    "WSL": Property(system(wsl=2), LINUX),
    "a disk of Windows": Property(
        on_windows_disk,
        LINUX,
        says=tuple((method, "is on a disk of Windows") for method in METHODS),
    ),
    "Docker": Property(system(container="docker"), LINUX),
    "Flatpak": Property(
        system(sandbox="flatpak"),
        LINUX,
        says=tuple((method, "inside a Flatpak") for method in METHODS),
    ),
    "a snap": Property(
        system(sandbox="snap"), LINUX, says=tuple((method, "inside a snap") for method in METHODS)
    ),
    "Termux": Property(
        system(distribution="termux", libc="", libc_version=""), LINUX, forbids=("source",)
    ),
    "a Python for another C library": Property(
        pythons(with_other_libc), LINUX, forbids=("source",)
    ),
    "a Python with wrong names": Property(pythons(with_wrong_names), LINUX, forbids=METHODS),
    "conda": Property(
        pythons(in_conda), says=tuple((method, "conda's own package") for method in METHODS)
    ),
    "the Microsoft Store": Property(
        pythons(lambda python: replace(python, vendor="microsoft-store")), WINDOWS
    ),
}


def attempt(case: Case) -> Plan | WizardError:
    try:
        return plan_of(case)
    except WizardError as refusal:
        return refusal


CASES = [
    (name, added)
    for name in names()
    for added, one in PROPERTIES.items()
    if machine(name).system.name in one.systems
]


@pytest.mark.parametrize(("name", "added"), CASES)
def test_a_plan_never_tries_what_a_property_forbids(name: str, added: str) -> None:
    facts, one = machine(name), PROPERTIES[added]
    case = Case(one.add(facts), KNOWLEDGE)
    for choices in WISHES:
        made = attempt(case.choosing(choices))
        if isinstance(made, WizardError):
            assert made.code in (Exit.WRONG, Exit.IMPOSSIBLE)
            assert made.why or made.hints, made.what
            if one.forbids == METHODS and not choices.method:
                assert made.hints, made.why
            continue
        assert made.method not in one.forbids
        assert len(set(made.notes)) == len(made.notes)
        says_it_once(made, one)


def says_it_once(made: Plan, one: Property) -> None:
    """The plan says what its method must know, once; not what concerns only the other one."""
    said = " ".join(to_text(made).split())
    for method, words in one.says:
        if method == made.method and not made.prepares:
            assert " ".join(made.notes).count(words) == 1, made.notes
            assert said.count(words) == 1
    silent = {words for _, words in one.says} - {w for m, w in one.says if m == made.method}
    assert not [words for words in silent if words in said]


@pytest.mark.parametrize("name", names())
def test_what_decides_nothing_leaves_a_plan_as_it_is(name: str) -> None:
    facts = system(cores=8, memory=16 << 30)(machine(name))
    case = Case(facts, KNOWLEDGE)
    for added in ("Docker", "WSL", "Rosetta for Linux", "little memory and much swap space"):
        one = PROPERTIES[added]
        if facts.system.name not in one.systems:
            continue
        changed = Case(one.add(facts), KNOWLEDGE)
        for choices in WISHES:
            before, after = attempt(case.choosing(choices)), attempt(changed.choosing(choices))
            if isinstance(before, Plan):
                assert after == before
            else:
                assert str(after) == str(before)


@pytest.mark.parametrize("name", names())
def test_in_fips_mode_a_build_is_recommended_where_it_is_possible(name: str) -> None:
    case = Case(PROPERTIES["FIPS by the kernel"].add(machine(name)), KNOWLEDGE)
    recommended = attempt(case)
    build = attempt(case.with_(method="source"))
    if isinstance(build, Plan):
        assert isinstance(recommended, Plan)
        assert recommended.method == "source"
        assert recommended.link == "dynamic"
    elif isinstance(recommended, Plan):
        assert recommended.method == "wheel"
        assert any("FIPS mode is on" in note for note in recommended.notes)


def test_a_plan_that_only_proves_says_nothing_about_ways_of_installing() -> None:
    facts = PROPERTIES["FIPS by the kernel"].add(holding("debian-12", cryptography="50.0.2"))
    wanted = Choices(venv=environment(facts), release="50.0.2", method="wheel")
    proof = engine.settle(engine.case_of(facts, wanted)).plan
    assert proof.only_proves
    assert not [note for note in proof.notes if "FIPS" in note]
    again = engine.settle(engine.case_of(facts, replace(wanted, reinstall="yes"))).plan
    assert [note for note in again.notes if "FIPS" in note]
