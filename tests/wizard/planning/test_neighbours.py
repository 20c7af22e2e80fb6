"""Plans for environments that hold other packages: nothing breaks without a word."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backends.action import Command, Prove, RecordPackages
from tests.machines import names
from tests.wizard.environments import (
    CLICK,
    NEEDS_NEW,
    OLD_PYOPENSSL,
    PARAMIKO,
    PINNED,
    PYOPENSSL,
    SNOWFLAKE,
    environment,
    holding,
)
from wizard import engine, installed
from wizard.choices import Choices
from wizard.codec import from_json, to_json
from wizard.errors import Impossible, WizardError
from wizard.export.formats import to_powershell, to_shell, to_text
from wizard.facts import SCHEMA, Facts, Installed, Pip
from wizard.plan import Plan, Step

DEPENDENTS = (PYOPENSSL, OLD_PYOPENSSL, PARAMIKO, SNOWFLAKE, PINNED, NEEDS_NEW, CLICK)
RELEASES = ("", "50.0.2", "46.0.7", "45.0.7", "43.0.3", "42.0.8", "38.0.4", "3.4.8")


def planned(facts: Facts, **choices: str) -> Plan:
    wanted = Choices(**{"venv": environment(facts), **choices})  # type: ignore[arg-type]
    return engine.settle(engine.case_of(facts, wanted)).plan


def step(plan: Plan, name: str) -> Step:
    return next(each for each in plan.steps if each.id == name)


def argv(plan: Plan, name: str) -> tuple[str, ...]:
    action = step(plan, name).action
    assert isinstance(action, Command)
    return action.argv


def proof(plan: Plan) -> Prove:
    action = plan.steps[-1].action
    assert isinstance(action, Prove)
    return action


def test_the_newest_release_that_all_allow_is_recommended() -> None:
    plan = planned(holding("debian-12", PYOPENSSL, PARAMIKO))
    assert plan.release == "43.0.3"
    (note,) = (note for note in plan.notes if "newest release" in note)
    assert note.startswith(
        "The newest release is 50.0.2. pyOpenSSL 24.2.1 allows only cryptography<44,>=41.0.5. "
    )
    assert planned(holding("debian-12", PARAMIKO)).release == "50.0.2"
    assert planned(holding("debian-12", PYOPENSSL, PINNED)).release == "42.0.8"


def test_the_plan_names_the_limits_for_programs() -> None:
    plan = planned(holding("debian-12", PYOPENSSL, SNOWFLAKE))
    found = {(limit.package, limit.version, limit.specifier) for limit in plan.limits}
    assert found == {
        ("pyOpenSSL", "24.2.1", "<44,>=41.0.5"),
        ("snowflake-connector-python", "3.15.0", ">=3.1.0"),
        ("snowflake-connector-python", "3.15.0", "<46.0.1"),
    }


def test_the_same_release_is_only_proved() -> None:
    facts = holding("debian-12", PYOPENSSL, cryptography="43.0.3")
    plan = planned(facts)
    assert [each.id for each in plan.steps] == ["proof"]
    assert plan.only_proves
    assert proof(plan).link == ""
    assert any("already installed" in note and "--reinstall" in note for note in plan.notes)
    assert to_text(plan).startswith("Nothing to install: cryptography 43.0.3 is already in ")
    forced = planned(facts, reinstall="yes")
    assert "--force-reinstall" in argv(forced, "install")
    assert not forced.only_proves


def test_an_incomplete_installation_is_completed() -> None:
    facts = holding("debian-12", CLICK, cryptography="50.0.2")
    python = facts.pythons[0]
    packages = tuple(p for p in python.packages or () if p.name != "cffi")
    facts = replace(facts, pythons=(replace(python, packages=packages), *facts.pythons[1:]))
    words = argv(planned(facts), "install")
    assert "cryptography==50.0.2" in words
    assert "--no-deps" not in words


@pytest.mark.parametrize("names", [("cryptography",), ("cffi",), ("cryptography", "cffi")])
def test_a_damaged_installation_is_installed_again(names: tuple[str, ...]) -> None:
    facts = holding("debian-12", CLICK, cryptography="50.0.2")
    python = facts.pythons[0]
    packages = tuple(replace(p, damaged=p.name in names) for p in python.packages or ())
    facts = replace(facts, pythons=(replace(python, packages=packages), *facts.pythons[1:]))
    plan = planned(facts)
    words = argv(plan, "install")
    assert "cryptography==50.0.2" in words
    assert "--force-reinstall" in words
    assert any(word.startswith("cffi==") for word in words) == ("cffi" in names)
    assert any(" are missing there: an installation was cut off." in n for n in plan.notes)


def test_what_a_damaged_installation_lacks_is_installed_with_it() -> None:
    facts = holding("debian-12", CLICK, cryptography="50.0.2")
    python = facts.pythons[0]
    packages = tuple(replace(p, damaged=True) for p in python.packages or () if p.name != "cffi")
    facts = replace(facts, pythons=(replace(python, packages=packages), *facts.pythons[1:]))
    words = argv(planned(facts), "install")
    assert "--force-reinstall" in words
    assert any(word.startswith("cffi>=") for word in words)


@pytest.mark.parametrize(
    ("linked", "link", "steps"),
    [("dynamic", "dynamic", ["proof"]), ("static", "dynamic", None), ("dynamic", "static", None)],
)
def test_a_build_is_repeated_only_if_it_is_linked_in_another_way(
    linked: str, link: str, steps: list[str] | None
) -> None:
    facts = holding("debian-12", CLICK, cryptography="50.0.2")
    python = replace(facts.pythons[0], linked=linked)  # type: ignore[arg-type]
    facts = replace(facts, pythons=(python, *facts.pythons[1:]))
    plan = planned(facts, method="source", link=link)
    found = [each.id for each in plan.steps]
    assert found == steps if steps else "install" in found


def test_a_release_that_breaks_something_is_refused_with_the_ways() -> None:
    facts = holding("debian-12", PYOPENSSL, OLD_PYOPENSSL)
    with pytest.raises(Impossible) as caught:
        planned(facts, release="50.0.2")
    error = caught.value
    assert error.code == 3
    assert "pyOpenSSL 24.2.1 allows only cryptography<44,>=41.0.5." in error.shown
    commands = [way.command for way in error.alternatives]
    assert [c.rpartition("--dependents ")[2] for c in commands[:3]] == ["upgrade", "new", "ignore"]
    assert not any(
        "--release 50.0.2" in command
        and "--dependents" not in command
        and environment(facts) in command
        for command in commands
    )


def test_a_version_that_follows_no_standard_is_not_compared_with() -> None:
    odd = Installed("odd", "1.0 final", ("cryptography<44",))
    facts = holding("debian-12", PYOPENSSL, odd)
    plan = planned(facts, release="50.0.2", dependents="upgrade", installer="pip")
    assert {"pyOpenSSL>24.2.1", "odd"} < set(argv(plan, "install"))
    assert any("Therefore pyOpenSSL and odd are upgraded too" in note for note in plan.notes)


def test_the_packages_are_upgraded_in_the_same_call_and_restored_by_undo() -> None:
    acme = Installed("acme", "2.11.0", ("pyOpenSSL>=17.5.0", "cryptography>=3.2"))
    local = Installed("mine", "0.1", ("acme",), origin="elsewhere")
    broken = Installed("broken", "1", ("cryptography", "nothing>=1"))
    facts = holding("debian-12", PYOPENSSL, acme, local, broken, CLICK)
    plan = planned(facts, release="50.0.2", dependents="upgrade", installer="pip")
    words = argv(plan, "install")
    assert words[-4:] == (
        "cryptography==50.0.2", "pyOpenSSL>24.2.1", "acme>=2.11.0", "mine>=0.1",
    )  # fmt: skip
    assert any("Therefore pyOpenSSL is upgraded too" in note for note in plan.notes)
    remove, install = step(plan, "install").undo
    assert isinstance(remove, Command)
    assert isinstance(install, Command)
    assert remove.argv[-1] == "cryptography"
    assert "--no-deps" in install.argv
    restored = {word for word in install.argv if "==" in word}
    assert restored == {
        *("cryptography==43.0.1", "pyOpenSSL==24.2.1", "acme==2.11.0", "broken==1"),
        *("click==8.1.7", "cffi==1.17.1", "pycparser==2.22"),
    }
    assert proof(plan).accepted == ()


def test_undo_removes_what_was_not_there() -> None:
    facts = holding("ubuntu-22.04", CLICK, cryptography="")  # Python 3.10
    (remove,) = step(planned(facts), "install").undo
    assert isinstance(remove, Command)
    assert set(remove.argv) >= {"cryptography", "cffi", "pycparser", "typing-extensions"}


def test_undo_shows_the_packages_of_the_system_again() -> None:
    facts = holding("debian-12", CLICK)
    packages = tuple(replace(p, origin="outside") for p in facts.pythons[0].packages or ())
    python = replace(facts.pythons[0], packages=packages)
    (remove,) = step(planned(replace(facts, pythons=(python, *facts.pythons[1:]))), "install").undo
    assert isinstance(remove, Command)
    assert set(remove.argv) >= {"cryptography", "cffi", "pycparser"}


def test_undo_of_a_machine_of_an_earlier_version_is_as_before() -> None:
    facts = holding("debian-12")
    python = replace(facts.pythons[0], packages=None)
    facts = replace(facts, pythons=(python, *facts.pythons[1:]))
    remove, install = step(planned(facts), "install").undo
    assert isinstance(remove, Command)
    assert isinstance(install, Command)
    assert remove.argv[-1] == "cryptography"
    assert install.argv[-1] == "cryptography==43.0.1"


def test_an_old_pip_is_upgraded_before_it_upgrades_packages_together() -> None:
    facts = holding("debian-12", PYOPENSSL)
    python = facts.pythons[0]
    assert python.pip
    old = replace(python, pip=Pip("20.2.4", python.pip.tags, python.pip.index))
    facts = replace(facts, pythons=(old, *facts.pythons[1:]))
    plan = planned(facts, release="43.0.3", installer="pip")
    assert "pip-upgrade" not in [each.id for each in plan.steps]
    plan = planned(facts, release="50.0.2", dependents="upgrade", installer="pip")
    upgrade = step(plan, "pip-upgrade")
    assert "does not look for versions" in upgrade.why
    (back,) = upgrade.undo
    assert isinstance(back, Command)
    assert back.argv[-1] == "pip==20.2.4"


def test_what_the_user_ignores_is_accepted_by_the_proof_and_named() -> None:
    plan = planned(holding("debian-12", PYOPENSSL), release="50.0.2", dependents="ignore")
    assert proof(plan).accepted == ("pyopenssl",)
    assert any("This breaks pyOpenSSL, as you requested." in note for note in plan.notes)


def test_a_new_environment_is_beside_the_old_one() -> None:
    facts = holding("debian-12", PYOPENSSL)
    plan = planned(facts, release="50.0.2", dependents="new", installer="pip")
    assert plan.new
    assert plan.environment == f"{environment(facts)}-2"
    assert proof(plan).packages == ""


def test_the_other_packages_are_watched() -> None:
    plan = planned(holding("debian-12", PYOPENSSL, PARAMIKO))
    record = plan.steps[0]
    assert isinstance(record.action, RecordPackages)
    assert record.action.modules == (("pyOpenSSL", "OpenSSL"), ("paramiko", "paramiko"))
    assert proof(plan).packages == record.action.file
    assert record.id in step(plan, "install").needs
    text = to_text(plan, to_type=True)
    assert "-c 'import OpenSSL, paramiko'" in text
    script = to_shell(plan)
    assert "record" in script
    assert "pyOpenSSL=OpenSSL paramiko=paramiko" in script
    windows = to_powershell(planned(holding("windows-64", PYOPENSSL)))
    assert "'record'" in windows
    assert "'compare'" in windows


def test_without_other_packages_there_is_nothing_to_watch() -> None:
    plan = planned(holding("debian-12", CLICK))
    assert "packages-before" not in [each.id for each in plan.steps]
    assert proof(plan).packages == ""


def test_what_is_broken_already_is_a_note() -> None:
    facts = holding("debian-12", PYOPENSSL, cryptography="50.0.1", cffi="2.1.1")
    plan = planned(facts, release="50.0.2")
    assert plan.release == "50.0.2"
    assert (
        "Already broken there: pyOpenSSL 24.2.1 requires cryptography<44,>=41.0.5, but 50.0.1 is "
        "installed." in plan.notes
    )


def test_facts_with_packages_survive_a_file() -> None:
    facts = holding("debian-12", PYOPENSSL, CLICK)
    assert from_json(Facts, to_json(facts), source="facts", schema=SCHEMA) == facts


@cache
def machines() -> tuple[str, ...]:
    return names()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    name=st.sampled_from(machines()),
    packages=st.lists(st.sampled_from(DEPENDENTS), unique_by=lambda p: p.name, max_size=4),
    release=st.sampled_from(RELEASES),
    now=st.sampled_from(("", "38.0.4", "43.0.1", "46.0.7")),
    dependents=st.sampled_from(("", "", "upgrade", "new", "ignore")),
    method=st.sampled_from(("", "wheel", "source")),
)
def test_no_plan_breaks_what_is_whole_without_saying_so(
    name: str,
    packages: list[Installed],
    release: str,
    now: str,
    dependents: str,
    method: str,
) -> None:
    facts = holding(
        name, *packages, cryptography=now, cffi="2.0.0" if now == "46.0.7" else "1.17.1"
    )
    try:
        plan = planned(facts, release=release, dependents=dependents, method=method)
    except WizardError:
        return  # refused: nothing is done
    if plan.new or plan.prepares:
        assert plan.environment != environment(facts) or plan.prepares
        return
    before = facts.pythons[0].packages or ()
    cffi = "2.1.1" if installed.contains(">=46.0.1", plan.release) else "1.17.1"
    after = tuple(
        replace(package, version={"cryptography": plan.release, "cffi": cffi}[package.name])
        if package.name in ("cryptography", "cffi")
        else package
        for package in before
    )
    if not now:
        after = (*after, Installed("cryptography", plan.release), Installed("cffi", cffi))
    whole = {conflict.key for conflict in installed.conflicts(before)}
    newly = {c.key[0] for c in installed.conflicts(after) if c.key not in whole}
    if facts.pythons[0].implementation == "pypy":
        newly -= {"snowflake-connector-python"}  # PyPy contains cffi, so nothing changes it
    if dependents == "upgrade":
        named = " ".join(argv(plan, "install")) if "install" in [s.id for s in plan.steps] else ""
        assert all(re.search(rf"{each}>", named, re.IGNORECASE) for each in newly), plan.notes
    elif dependents == "ignore":
        assert newly <= set(proof(plan).accepted)
        assert all(re.search(each, " ".join(plan.notes), re.IGNORECASE) for each in newly)
    else:
        assert not newly, (plan.release, plan.notes)
    if not plan.only_proves and any(p.modules for p in before):
        assert proof(plan).packages
