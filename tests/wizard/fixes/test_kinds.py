"""Each kind of fix: for which failure it is offered, and which choices it changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.machines import machine
from tests.wizard.environments import CLICK, PYOPENSSL, environment, holding
from tests.wizard.fixes.failures import decided, failed, fixes
from wizard.choices import Choices
from wizard.engine import Decision, settle
from wizard.errors import Impossible
from wizard.facts import Facts, Space
from wizard.fixes import let_through
from wizard.fixes.offers import MOST, offered
from wizard.needs.case import Case
from wizard.target_environment import short_name

SOURCE = Choices(method="source")
DEBIAN = machine("debian-13")
GIB = 1 << 30


def disks(facts: Facts, **free: int) -> Facts:
    """The machine with known disks: of the cache, and of the temporary folder."""
    system = replace(facts.system, temporary="/tmp")
    spaces = (
        Space(facts.cache or "/root/.cache/cryptography-wizard", free.get("cache", 50 * GIB)),
        Space("/tmp", free.get("tmp", GIB)),
    )
    return replace(facts, cache=spaces[0].folder, system=system, spaces=spaces)


@pytest.mark.parametrize("cause", ["no-space", "tmp-noexec"])
def test_another_temporary_folder_is_on_a_disk_with_more_space(cause: str) -> None:
    facts = disks(DEBIAN)
    fix = fixes(facts, SOURCE, cause)["temporary-folder"]
    assert dict(fix.change) == {"temporary_folder": f"{facts.cache}/temporary"}
    assert "53.7 GB" in fix.consequence
    again = decided(facts, replace(SOURCE, temporary_folder=f"{facts.cache}/temporary"))
    assert ("TMPDIR", f"{facts.cache}/temporary") in again.plan.variables


def test_a_disk_that_is_as_full_or_noexec_is_no_other_temporary_folder() -> None:
    assert "temporary-folder" not in fixes(disks(DEBIAN, cache=GIB), SOURCE, "no-space")
    facts = disks(DEBIAN)
    noexec = replace(facts, spaces=(replace(facts.spaces[0], noexec=True), facts.spaces[1]))
    assert "temporary-folder" not in fixes(noexec, SOURCE, "tmp-noexec")


def full(facts: Facts, *, noexec: bool = False, readonly: bool = False) -> Facts:
    """The machine with little room in the working folder, and much of it in the home folder."""
    home = Space("/home/user", 50 * GIB, noexec=noexec, readonly=readonly)
    spaces = (Space("/small", 60 << 20), home)
    return replace(facts, folder="/small", home="/home/user", spaces=spaces)


def test_if_a_disk_is_full_the_environment_is_made_on_another_one() -> None:
    choices = Choices(venv="/small/env")
    fix = fixes(full(DEBIAN), choices, "no-space")["other-disk"]
    assert fix.title == "Make the environment in ~/cryptography-env, and install there"
    assert fix.consequence == "53.7 GB are free on that disk."
    plan = decided(full(DEBIAN), fix.applied(choices)).plan
    assert (plan.environment, plan.new) == ("/home/user/cryptography-env", True)
    taken = replace(DEBIAN.pythons[0], environment="/home/user/cryptography-env")
    facts = replace(full(DEBIAN), pythons=(*DEBIAN.pythons, taken))
    fix = fixes(facts, choices, "no-space")["other-disk"]
    assert dict(fix.change)["venv"] == "/home/user/cryptography-env-2"


def test_if_a_disk_has_become_read_only_the_environment_is_made_on_another_one() -> None:
    facts = full(DEBIAN)
    fix = fixes(facts, Choices(venv="/small/env"), "read-only")["other-disk"]
    assert dict(fix.change)["venv"] == "/home/user/cryptography-env"
    home = replace(facts.spaces[1], free=1 << 30)
    larger = replace(facts, spaces=(replace(facts.spaces[0], free=9 << 30), home))
    assert "other-disk" in fixes(larger, Choices(venv="/small/env"), "read-only")
    assert "other-disk" not in fixes(larger, Choices(venv="/small/env"), "no-space")
    same = replace(facts, spaces=(replace(facts.spaces[0], free=home.free), home))
    assert "other-disk" not in fixes(same, Choices(venv="/small/env"), "read-only")


def test_a_disk_that_is_as_full_or_noexec_gets_no_environment() -> None:
    choices = Choices(venv="/home/user/env")
    assert "other-disk" not in fixes(full(DEBIAN), choices, "no-space"), "it has the most room"
    choices = Choices(venv="/small/env")
    assert "other-disk" not in fixes(full(DEBIAN, noexec=True), choices, "no-space")
    assert "other-disk" not in fixes(full(DEBIAN, readonly=True), choices, "no-space")
    assert "other-disk" not in fixes(full(DEBIAN), choices, "oom-killed")


def test_a_build_without_enough_memory_is_done_with_one_compiler() -> None:
    fix = fixes(DEBIAN, SOURCE, "oom-killed")["fewer-jobs"]
    assert dict(fix.change) == {"jobs": "1"}
    plan = decided(DEBIAN, fix.applied(SOURCE)).plan
    (install,) = [step.action for step in plan.steps if step.id == "install"]
    assert ("CARGO_BUILD_JOBS", "1") in getattr(install, "env", ())
    assert "fewer-jobs" not in fixes(DEBIAN, replace(SOURCE, jobs="1"), "oom-killed")
    assert "fewer-jobs" not in fixes(DEBIAN, Choices(method="wheel"), "oom-killed")


def test_a_rust_that_is_too_old_is_replaced_by_rustups() -> None:
    fix = fixes(DEBIAN, SOURCE, "rust-too-old-cargo", ("rust-update", "wheel"))["rust"]
    assert dict(fix.change) == {"rust": "rustup"}
    chosen = replace(SOURCE, rust="rustup")
    assert "rust" not in fixes(DEBIAN, chosen, "rust-too-old-cargo", ("rust-update",))


def test_a_build_can_be_a_wheel_instead() -> None:
    fix = fixes(DEBIAN, replace(SOURCE, jobs="2"), "unknown")["wheel"]
    chosen = fix.applied(decided(DEBIAN, replace(SOURCE, jobs="2")).choices)
    assert (chosen.method, chosen.jobs, chosen.link, chosen.rust) == ("wheel", "", "", "")


def test_without_a_wheel_the_newest_release_that_has_one_is_taken() -> None:
    facts = machine("windows-32")
    choices = Choices(release="48.0.0")
    decision = decided(facts, choices)
    assert decision.plan.method == "wheel"
    mac = machine("mac-intel-brew")
    found = fixes(mac, SOURCE, "rust-target-missing", ("newest-with-wheel",))
    fix = found["newest-with-wheel"]
    assert dict(fix.change)["method"] == "wheel"
    assert dict(fix.change)["release"] < "49"


def test_another_python_with_a_wheel_gets_its_own_environment() -> None:
    facts = machine("workshop")
    old = next(p for p in facts.pythons if p.version.startswith("3.8"))
    chosen = Choices(python=old.path, method="source")
    fix = fixes(facts, chosen, "python-too-new-pyo3")["other-python"]
    change = dict(fix.change)
    assert change["python"] != old.path
    assert change["venv"].endswith("-2")
    assert f" in {short_name(facts, change['venv'])}." in fix.consequence


def test_the_wizards_openssl_replaces_the_systems_and_the_other_way_round() -> None:
    fix = fixes(DEBIAN, SOURCE, "openssl-too-old")["built-openssl"]
    version = dict(fix.change)["openssl"]
    assert version[0].isdigit()
    built = replace(SOURCE, openssl=version, link="static")
    found = fixes(DEBIAN, built, step="openssl-build")
    assert dict(found["system-openssl"].change)["openssl"] == "system"
    assert "built-openssl" not in found


def test_a_broken_environment_gets_a_new_one_beside_it() -> None:
    facts = holding("debian-12", CLICK, cryptography="50.0.2")
    folder = environment(facts)
    helps = ("again", "new-environment")
    found = fixes(facts, Choices(venv=folder), "cffi-backend-missing", helps, step="proof")
    assert list(found) == ["reinstall", "new-environment", "again"]
    change = dict(found["new-environment"].change)
    assert change["venv"] == f"{folder}-2"
    fix, name = found["new-environment"], f"./{Path(folder).name}"
    assert fix.title == f"Make a new environment in {name}-2, and install there"
    assert fix.consequence == f"{name} stays as it is."
    assert dict(found["reinstall"].change) == {"reinstall": "yes"}


def test_a_new_environment_of_this_run_is_not_replaced() -> None:
    assert "new-environment" not in fixes(DEBIAN, Choices(), "", ("new-environment",))


def test_a_folder_that_exists_is_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    (tmp_path / "env-2").mkdir()
    facts = holding("debian-12")
    old = environment(facts)
    pythons = tuple(
        replace(p, environment=str(folder)) if p.environment == old else p for p in facts.pythons
    )
    facts = replace(facts, pythons=pythons)
    found = fixes(facts, Choices(venv=str(folder)), "", ("new-environment",))
    assert dict(found["new-environment"].change)["venv"] == str(tmp_path / "env-3")


def test_an_old_pip_of_an_environment_is_upgraded() -> None:
    facts = holding("debian-12")
    choices = Choices(venv=environment(facts), installer="pip")
    fix = fixes(facts, choices, "pip-too-old-pyproject", ("pip-upgrade",))["pip-upgrade"]
    plan = decided(facts, fix.applied(choices)).plan
    assert "pip-upgrade" in [step.id for step in plan.steps]


def test_packages_that_limit_cryptography_are_upgraded_or_left_alone() -> None:
    facts = holding("debian-12", PYOPENSSL, cryptography="42.0.8")
    choices = Choices(venv=environment(facts), release="50.0.2", dependents="ignore")
    found = fixes(facts, choices, "requirements-conflict")
    assert dict(found["dependents"].change) == {"dependents": "upgrade"}
    assert dict(found["other-release"].change)["release"].startswith("43.")
    assert "new-environment" in found


def test_the_package_lists_are_updated_again() -> None:
    found = fixes(machine("debian-12"), SOURCE, "apt-package-unknown", step="packages")
    assert next(iter(found)) == "update-lists"
    assert not found["update-lists"].change
    assert found["update-lists"].root
    assert "administrator rights" in found["update-lists"].consequence


def test_a_refused_file_leads_to_the_newest_one_that_is_let_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(let_through, "newest", lambda _case: "48.0.0")
    found = fixes(DEBIAN, Choices(), "index-refuses-file")
    assert next(iter(found)) == "let-through"
    assert dict(found["let-through"].change) == {"release": "48.0.0"}
    monkeypatch.setattr(let_through, "newest", lambda _case: "")
    assert list(fixes(DEBIAN, Choices(), "index-refuses-file")) == ["again"]


@pytest.mark.parametrize(
    ("cause", "words"),
    [("lock-waiting", "Wait"), ("download-cut-off", "download"), ("", "failed step")],
)
def test_the_last_one_always_tries_again(cause: str, words: str) -> None:
    *_, last = fixes(DEBIAN, Choices(), cause).values()
    assert last.id == "again"
    assert words in last.title
    assert not last.plans_anew


def test_what_the_planner_refuses_is_not_offered() -> None:
    def refuse(case: Case) -> Decision:
        if case.choices.jobs:
            raise Impossible("Not here.")
        return settle(case)

    decision = decided(DEBIAN, SOURCE)
    run = failed(decision, "oom-killed")
    assert "fewer-jobs" in {fix.id for fix in offered(settle, decision.case, run)}
    assert "fewer-jobs" not in {fix.id for fix in offered(refuse, decision.case, run)}


def test_there_are_not_too_many() -> None:
    every = ("wheel", "rust", "fewer-jobs", "newer-python", "temporary-folder")
    assert len(fixes(disks(DEBIAN), SOURCE, "openssl-too-old", every)) == MOST + 1
