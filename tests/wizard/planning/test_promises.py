"""Three promises, for machines × releases × environments × settings × properties of a machine.

A plan never breaks what was whole without saying so, never promises a version that a setting
forbids, and never asks for root and then cannot succeed. What is impossible is read here from the
tables, and from a table of properties, in another way than the planner reads it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from backends.action import Command, Prove
from tests.machines import machine, names
from tests.wizard.environments import (
    NEEDS_NEW,
    OLD_PYOPENSSL,
    PARAMIKO,
    PINNED,
    PYOPENSSL,
    SNOWFLAKE,
    environment,
    holding,
)
from tests.wizard.planning.test_properties import PROPERTIES
from wizard import engine, installed
from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.facts import Facts, Installed, Listing, Python, Setting
from wizard.knowledge import load
from wizard.needs.case import Case
from wizard.plan import PackagesInstalled, Plan

DEPENDENTS = (PYOPENSSL, OLD_PYOPENSSL, PARAMIKO, SNOWFLAKE, PINNED, NEEDS_NEW)
RELEASES = ("", *(row.versions[-1] for row in load().releases))
SAMPLE = ("50.0.2", "46.0.7", "45.0.7", "40.0.2")
"""Releases on both sides of each limit: for tests that plan for all machines."""
BEFORE = "2026-03-01T00:00:00Z"
BOUNDS = ("==46.0.7", "<45,>=40", ">=47", "!=50.0.2")
KINDS = ("", "3.13 free-threaded", "3.14 free-threaded", "pypy 3.10")


def constraint(specifier: str) -> Setting:
    return Setting("pip", "constraint", "c.txt", "pip.conf", specifier=specifier)


COOLDOWN = Setting("pip", "uploaded-prior-to", BEFORE, "pip.conf", before=BEFORE)
SETTINGS: tuple[tuple[Setting, ...], ...] = (
    (),
    (),
    (COOLDOWN,),
    *((constraint(bound),) for bound in BOUNDS),
    (constraint(">=40"), COOLDOWN),
)


def of_kind(python: Python, kind: str) -> Python:
    """The Python as one of another kind; its base stays what it is."""
    if not kind:
        return python
    version = {"3.13 free-threaded": "3.13.5", "3.14 free-threaded": "3.14.0"}.get(kind)
    if version:
        return replace(
            python, implementation="cpython", version=version, free_threaded=True, pip=None
        )
    return replace(python, implementation="pypy", version="3.10.16", free_threaded=False, pip=None)


def dated(listing: Listing) -> Listing:
    """Every release from 47 on is newer than `BEFORE`."""
    return replace(
        listing,
        releases=tuple(
            replace(row, uploaded=f"2026-0{4 if Version(row.version).major >= 47 else 2}-10T10:00Z")
            for row in listing.releases
        ),
    )


def pretended(
    name: str, packages: list[Installed] | None, set_: tuple[Setting, ...], kind: str, added: str
) -> Facts:
    """A machine with all of this; without packages (None), there is no environment yet."""
    facts = machine(name) if packages is None else holding(name, *packages)
    facts = replace(
        facts,
        pythons=tuple(of_kind(replace(p, settings=set_), kind) for p in facts.pythons),
        listing=dated(facts.listing) if facts.listing else None,
    )
    return PROPERTIES[added].add(facts)


def attempt(case: Case) -> Plan | None:
    """The plan, or None if it is refused, which must have a reason."""
    try:
        return engine.settle(case).plan
    except WizardError as error:
        refusal = error
    assert refusal.why or refusal.hints, refusal.what
    return None


def root_steps(plan: Plan) -> list[Command]:
    actions = (step.action for step in plan.steps)
    return [action for action in actions if isinstance(action, Command) and action.root]


def allowed(set_: tuple[Setting, ...], release: str) -> bool:
    """Whether these settings allow a release: read again, without the planner."""
    for setting in set_:
        if setting.specifier and release not in SpecifierSet(setting.specifier):
            return False
        if setting.before and Version(release).major >= 47:
            return False
    return True


def can_compile(kind: str, release: str) -> bool:
    """Whether cffi and PyO3 let this kind of Python compile a release: 3.13t never, 3.14t since
    46, PyPy 3.10 before 47 (tests/assets/test_pythons.py has the sources)."""
    major = Version(release).major
    return {
        "": True,
        "3.13 free-threaded": False,
        "3.14 free-threaded": major >= 46,
        "pypy 3.10": major < 47,
    }[kind]


def newly_broken(facts: Facts, plan: Plan) -> set[str]:
    """The packages that are whole now, and are not any more with the plan's release."""
    before = facts.pythons[0].packages or ()
    python, release = Version(facts.pythons[0].version), Version(plan.release)
    since = Version("46.0.0" if python >= Version("3.14") else "46.0.1")
    cffi = "2.1.1" if release >= since and python >= Version("3.9") else "1.17.1"
    moved = {"cryptography": plan.release, "cffi": cffi}
    after = tuple(replace(p, version=moved.get(p.name, p.version)) for p in before)
    whole = {conflict.key for conflict in installed.conflicts(before)}
    found = {c.key[0] for c in installed.conflicts(after) if c.key not in whole}
    if facts.pythons[0].implementation == "pypy":
        found.discard("snowflake-connector-python")  # PyPy contains cffi: nothing changes it
    return found


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    name=st.sampled_from(names()),
    packages=st.none()
    | st.lists(st.sampled_from(DEPENDENTS), unique_by=lambda package: package.name, max_size=3),
    set_=st.sampled_from(SETTINGS),
    kind=st.sampled_from(("", *KINDS)),
    added=st.sampled_from(sorted(PROPERTIES)),
    release=st.sampled_from(RELEASES),
    method=st.sampled_from(("", "wheel", "source", "source")),
    dependents=st.sampled_from(("", "", "ignore")),
)
def test_a_plan_keeps_its_promises(
    name: str,
    packages: list[Installed] | None,
    set_: tuple[Setting, ...],
    kind: str,
    added: str,
    release: str,
    method: str,
    dependents: str,
) -> None:
    facts, one = pretended(name, packages, set_, kind, added), PROPERTIES[added]
    wanted = Choices(
        venv=environment(facts) if packages is not None else "",
        release=release,
        method=method,
        dependents=dependents if packages is not None else "",  # type: ignore[arg-type]
    )
    plan = attempt(engine.case_of(facts, wanted))
    if plan is None:
        return  # nothing is done, so nothing breaks
    assert allowed(set_, plan.release), plan.notes
    takes_space = packages is None or added != "a full disk"  # for what is replaced, there is room
    if facts.system.name in one.systems and takes_space:
        assert plan.method not in one.forbids
    if plan.method == "source" and not plan.only_proves:
        assert can_compile(kind, plan.release)
    if root_steps(plan):
        root_can_succeed(facts, plan)
    if packages is None or plan.new or plan.prepares:
        return
    broken = newly_broken(facts, plan)
    if dependents == "ignore":
        proof = plan.steps[-1].action
        assert isinstance(proof, Prove)
        assert broken <= set(proof.accepted)
        assert all(package.lower() in " ".join(plan.notes).lower() for package in broken)
    else:
        assert not broken, plan.notes


def root_can_succeed(facts: Facts, plan: Plan) -> None:
    """What is needed to become root is there, and the packages are offered."""
    assert facts.privilege.method != "none"
    for step in plan.steps:
        if isinstance(step.check, PackagesInstalled):
            manager = facts.manager(step.check.manager)
            assert manager is not None
            offered = {package.name for package in manager.packages if package.candidate}
            assert set(step.check.names) <= offered or not offered


@pytest.mark.parametrize("name", names())
def test_nobody_is_asked_for_root_where_there_is_none(name: str) -> None:
    facts = machine(name)
    nobody = replace(facts, privilege=replace(facts.privilege, method="none", program=""))
    case = engine.case_of(nobody, Choices())
    for release in SAMPLE:
        for method in ("wheel", "source"):
            plan = attempt(case.choosing(Choices(release=release, method=method)))
            assert plan is None or not root_steps(plan), (release, method)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("kind", KINDS[1:])
def test_nobody_is_asked_for_root_for_a_python_that_cannot_compile(name: str, kind: str) -> None:
    facts = machine(name)
    facts = replace(facts, pythons=tuple(of_kind(p, kind) for p in facts.pythons))
    case = engine.case_of(facts, Choices())
    for release in SAMPLE:
        plan = attempt(case.choosing(Choices(release=release)))
        if plan is not None and not can_compile(kind, release):
            assert not root_steps(plan), release
            assert plan.method == "wheel", release
