"""Wheelhouses: what is planned for one, from one, and what is refused before any work."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backends.action import Command, Prove, RemoveFolder, WriteFile, WriteManifest
from tests.machines import machine, names
from tests.wizard import wheel_files
from tests.wizard.planned import plan
from wizard import target_environment
from wizard.cache import entries
from wizard.choices import Choices
from wizard.errors import BadRequest, Impossible, WizardError
from wizard.export import commands, formats
from wizard.facts import Facts, Headers, HeldWheel, Installed, Listed, Listing, Python
from wizard.knowledge import load
from wizard.needs.case import Case
from wizard.plan import Plan, Step, order
from wizard.planning import wheelhouse
from wizard.proof import manifest
from wizard.questions import completion, validation

KNOWLEDGE = load()
WORKSHOP = machine("workshop")
HOUSE = "/home/ada/my wheelhouse"
OWN = "3.5.9"
"""An OpenSSL that the wizard builds."""
THREE = Choices(wheelhouse=HOUSE, targets="3.13,3.9,3.11")
SOURCE = replace(THREE, method="source", link="dynamic")


def without_uv(facts: Facts) -> Facts:
    return replace(facts, tools=tuple(t for t in facts.tools if t.name != "uv"))


def made(facts: Facts, choices: Choices) -> Plan:
    found = plan(facts, KNOWLEDGE, choices)
    assert found.wheelhouse == choices.wheelhouse
    return found


def steps(found: Plan) -> dict[str, Step]:
    return {step.id: step for step in found.steps}


def argv(found: Plan, step: str) -> tuple[str, ...]:
    action = steps(found)[step].action
    assert isinstance(action, Command)
    return action.argv


def dashed(name: str) -> str:
    return name.replace(".", "-")


def before(found: Plan, step: str) -> set[str]:
    """All that a step waits for, directly or not."""
    known = steps(found)
    waits: set[str] = set()
    for need in known[step].needs:
        waits |= {need} | before(found, need)
    return waits


def test_wheels_are_fetched_for_each_python_and_tried_before_they_are_put_there() -> None:
    found = made(WORKSHOP, THREE)
    assert [s for s in steps(found) if s.startswith("wheels-")] == [
        "wheels-3-9",
        "wheels-3-11",
        "wheels-3-13",
    ]
    for name in ("3.9", "3.11", "3.13"):
        words = argv(found, f"wheels-{dashed(name)}")
        assert words[1:5] == ("-I", "-m", "pip", "wheel")
        assert words[-4:] == ("--only-binary", "cryptography,cffi", "pip", "cryptography==50.0.2")
        proof = steps(found)[f"proof-{dashed(name)}"].action
        assert isinstance(proof, Prove)
        assert (proof.python, proof.link) == (words[0], "static")
        assert {f"wheels-{dashed(n)}" for n in ("3.9", "3.11", "3.13")} <= before(
            found, f"try-{dashed(name)}"
        )
        assert f"proof-{dashed(name)}" in before(found, "manifest")
    assert (found.environment, found.new, found.link) == ("", False, "static")


def test_only_the_manifest_touches_the_wheelhouse() -> None:
    for choices in (THREE, SOURCE):
        for step in made(WORKSHOP, choices).steps:
            if isinstance(step.action, WriteManifest):
                assert step.action.folder == HOUSE
                assert step.action.targets[0].startswith("cpython 3.9.")
            else:
                assert HOUSE not in repr(step.action)


def test_all_that_is_made_on_the_way_is_removed() -> None:
    found = made(WORKSHOP, THREE)
    work = target_environment.work_folder(WORKSHOP, THREE)
    assert found.steps[0].action == RemoveFolder(work)
    assert found.steps[-1].action == RemoveFolder(work)
    assert Path(WORKSHOP.cache) in Path(work).parents
    for step in found.steps:
        if isinstance(step.action, Command) and "venv" in step.action.argv:
            assert Path(work) in Path(step.action.argv[-1]).parents


def test_what_a_run_that_was_cut_off_leaves_is_seen_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path))
    work = Path(target_environment.work_folder(replace(WORKSHOP, cache=str(tmp_path)), THREE))
    wheel_files.make(work / "wheels")
    (found,) = entries.entries()
    assert (found.path, found.kind) == (str(work), "leftover")
    entries.clear(found)
    assert not work.exists()


def test_two_wheelhouses_are_made_in_two_places() -> None:
    other = replace(THREE, wheelhouse="/home/ada/other")
    assert target_environment.work_folder(WORKSHOP, THREE) != target_environment.work_folder(
        WORKSHOP, other
    )


def test_a_source_build_is_done_once_and_serves_the_newer_pythons() -> None:
    found = made(WORKSHOP, SOURCE)
    compiled = [s.id for s in found.steps if s.heavy]
    assert compiled == ["wheels-3-9"]
    words = argv(found, "wheels-3-9")
    assert "--no-cache-dir" in words
    assert words[words.index("--no-binary") + 1] == "cryptography"
    needs = argv(found, "needs-3-9")
    listed = argv(found, "wheels-3-13")
    assert listed[listed.index("--requirement") + 1] == needs[-1]
    assert not [word for word in listed if word.startswith("cryptography")]
    assert "needs-3-9" in before(found, "wheels-3-13")
    assert "wheels-3-9" in before(found, "needs-3-9")


@pytest.mark.parametrize("release", ["42.0.8", "35.0.0"])
def test_a_release_of_setuptools_is_built_by_each_python(release: str) -> None:
    found = made(WORKSHOP, replace(SOURCE, targets="3.11,3.9", release=release, rust="system"))
    assert [s.id for s in found.steps if s.heavy] == ["wheels-3-9", "wheels-3-11"]
    assert not [s for s in found.steps if s.id.startswith("needs-")]
    for name in ("3-9", "3-11"):
        words = argv(found, f"wheels-{name}")
        assert words[-1] == f"cryptography=={release}"
        assert words[0] == argv(found, f"try-{name}")[0]
        assert f"constraints-{name}" in before(found, f"wheels-{name}")
    assert len({step.title for step in found.steps}) == len(found.steps)
    order(found)


def test_a_wheel_is_compiled_just_like_an_installation() -> None:
    alone = replace(SOURCE, targets="3.11", rust="system")
    house = made(WORKSHOP, alone)
    install = plan(WORKSHOP, KNOWLEDGE, replace(alone, wheelhouse="", targets="", venv="/v"))
    one, other = steps(house)["wheels-3-11"].action, steps(install)["install"].action
    assert isinstance(one, Command)
    assert isinstance(other, Command)
    assert (one.env, one.lists, one.unset, one.path) == (
        other.env,
        other.lists,
        other.unset,
        other.path,
    )


def test_old_releases_get_their_constraints_for_a_wheel_too() -> None:
    found = made(WORKSHOP, replace(SOURCE, targets="3.9", release="35.0.0", link=""))
    words = dict(steps(found)["wheels-3-9"].action.env)  # type: ignore[union-attr] # a command
    path = steps(found)["constraints-3-9"].action.path  # type: ignore[union-attr] # a file
    assert words["PIP_CONSTRAINT"] == path
    assert "constraints-3-9" in before(found, "wheels-3-9")


def python(version: str, **more: Any) -> Python:
    like = next(p for p in WORKSHOP.pythons if p.version.startswith("3.11"))
    return replace(like, path=f"/opt/{version}/python", version=version, **more)


def test_who_shares_a_wheel() -> None:
    old, new = python("3.9.1"), python("3.14.0")
    free = python("3.14.0", free_threaded=True)
    pypy = python("3.11.1", implementation="pypy")
    row = KNOWLEDGE.release("50.0.2")
    assert target_environment.shares_wheel(old, new, row)
    assert not target_environment.shares_wheel(new, old, row)
    assert not target_environment.shares_wheel(old, free, row)
    assert not target_environment.shares_wheel(old, pypy, row)
    assert not target_environment.shares_wheel(old, new, KNOWLEDGE.release("42.0.8"))
    assert target_environment.shares_wheel(old, new, KNOWLEDGE.release("43.0.0"))
    assert [p.label for p in (old, free, pypy)] == ["3.9", "3.14t", "pypy3.11"]


def test_each_python_that_shares_nothing_is_compiled_for() -> None:
    pypy = python("3.11.1", implementation="pypy")
    facts = replace(WORKSHOP, pythons=(*WORKSHOP.pythons, pypy))
    found = made(facts, replace(SOURCE, targets="3.11,pypy3.11"))
    assert [s.id for s in found.steps if s.heavy] == ["wheels-3-11", "wheels-pypy3-11"]
    order(found)


def test_one_release_fits_all_targets() -> None:
    case = Case(WORKSHOP, KNOWLEDGE, replace(THREE, targets="3.13,3.8"))
    complete = completion.complete(case)
    assert complete.choices.release == "47.0.0"  # the last with a wheel for Python 3.8
    with pytest.raises(Impossible, match=r"50\.0\.2"):
        plan(WORKSHOP, KNOWLEDGE, replace(THREE, targets="3.13,3.8", release="50.0.2"))


def test_without_targets_it_is_for_the_python_that_would_be_taken() -> None:
    usual = target_environment.find_target(WORKSHOP, Choices(venv="/new")).python
    assert [
        t.python for t in target_environment.find_targets(WORKSHOP, Choices(wheelhouse=HOUSE))
    ] == [usual]
    chosen = next(p for p in WORKSHOP.pythons if p.version.startswith("3.9"))
    asked = Choices(wheelhouse=HOUSE, python=chosen.path)
    assert [t.python for t in target_environment.find_targets(WORKSHOP, asked)] == [chosen]


def test_targets_that_are_not_here_or_of_another_kind_are_refused() -> None:
    with pytest.raises(BadRequest, match=r"no working Python 3\.99\.") as caught:
        target_environment.find_targets(WORKSHOP, replace(THREE, targets="3.9,3.99"))
    assert "3.11." in caught.value.shown
    small = python("3.12.9", machine="i686", bits=32)
    facts = replace(WORKSHOP, pythons=(*WORKSHOP.pythons, small))
    with pytest.raises(BadRequest, match="different kinds of computers") as caught:
        target_environment.find_targets(facts, replace(THREE, targets=f"3.9,{small.path}"))
    assert "32-bit i686" in caught.value.shown


def test_repair_names_the_wheel_before_it_is_tried() -> None:
    found = made(WORKSHOP, replace(SOURCE, openssl=OWN, link="static", repair="yes", rust="system"))
    assert "wheels-3-9" in before(found, "wheels-repair")
    assert "wheels-repair" in before(found, "try-3-9")
    assert argv(found, "wheels-repair")[-1] == str(
        Path(target_environment.work_folder(WORKSHOP, SOURCE)) / "wheels"
    )


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"link": "dynamic"}, "system updates do not reach it"),
        ({"method": "wheel", "link": ""}, "have their final names"),
        ({"link": "static"}, "folders of this system"),
        ({"link": "static", "openssl": "system"}, "folders of this system"),
    ],
)
def test_what_cannot_be_repaired_is_refused(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(BadRequest) as caught:
        plan(WORKSHOP, KNOWLEDGE, replace(SOURCE, repair="yes", **changed))
    assert why in caught.value.why


@pytest.mark.parametrize("link", ["dynamic", "static"])
def test_what_cannot_be_repaired_gets_the_words_that_can(link: Any) -> None:
    asked = replace(SOURCE, repair="yes", link=link)
    with pytest.raises(BadRequest) as caught:
        plan(WORKSHOP, KNOWLEDGE, asked)
    assert f"--openssl {OWN}" in caught.value.hints[0]
    for release in ("50.0.2", "39.0.2"):
        own = replace(asked, link="static", openssl=OWN, release=release)
        assert "wheels-repair" in steps(made(WORKSHOP, own))


def test_a_note_does_not_claim_that_there_was_an_earlier_run() -> None:
    note = next(note for note in made(WORKSHOP, THREE).notes if "earlier run" in note)
    assert note.startswith(f"If {HOUSE} contains wheels from an earlier run")


def test_the_notes_tell_what_a_compiled_wheel_is() -> None:
    assert any("“linux”" in note for note in made(WORKSHOP, SOURCE).notes)
    assert not any("“linux”" in note for note in made(WORKSHOP, THREE).notes)


@pytest.mark.parametrize("folder", ["/opt/own-ssl", "system"])
def test_a_wheel_that_is_bound_to_a_folder_says_so(folder: str) -> None:
    own = Headers("/opt/own-ssl/include", "3.5.4", "/opt/own-ssl/lib", True, "3.5.4", "x86_64")
    facts = replace(WORKSHOP, openssl=(*WORKSHOP.openssl, own))
    told = " ".join(made(facts, replace(SOURCE, openssl=folder)).notes)
    bound = folder != "system"
    assert ("must have the same OpenSSL in the same folder" in told) is bound
    assert ("it uses the OpenSSL in /opt/own-ssl/lib." in told) is bound
    assert ("it uses the OpenSSL of a system like this one." in told) is not bound
    static = replace(SOURCE, openssl=folder, link="static", rust="system")
    assert "same folder" not in " ".join(made(facts, static).notes)


@pytest.mark.parametrize(
    ("name", "prefix", "oldest"),
    [
        ("mac-arm-brew", "/opt/homebrew/opt/openssl@3", "15.0"),  # for which its Python is made
        ("mac-arm-port", "/opt/local", "11.0"),  # Apple's Python
    ],
)
def test_a_wheel_of_a_mac_says_which_macs_can_use_it(name: str, prefix: str, oldest: str) -> None:
    facts = machine(name)
    asked = Choices(wheelhouse=HOUSE, method="source", link="static")
    told = " ".join(made(facts, asked).notes)
    assert "works on macOS 15.0 and newer, as its name says" in told
    assert f"below {prefix}" in told
    assert f"--openssl {OWN}" in told
    own = " ".join(made(facts, replace(asked, openssl=OWN)).notes)
    assert f"works on macOS {oldest} and newer, as its name says" in own
    assert "below" not in own
    shared = " ".join(made(facts, replace(asked, link="dynamic")).notes)
    assert f"looks for OpenSSL in {prefix}" in shared
    assert "works on macOS" not in " ".join(made(facts, Choices(wheelhouse=HOUSE)).notes)


@pytest.mark.parametrize(
    ("name", "glibc"), [("debian-12", True), ("alpine-3.22", False), ("mac-arm-brew", False)]
)
def test_glibc_is_named_where_there_is_one(name: str, glibc: bool) -> None:
    found = made(machine(name), Choices(wheelhouse=HOUSE))
    assert ("glibc" in steps(found)["manifest"].why) is glibc


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("method", ["wheel", "source"])
def test_every_machine_gets_a_plan_or_a_reason(name: str, method: Any) -> None:
    facts = machine(name)
    folder = r"C:\wheels" if facts.system.name == "windows" else HOUSE
    try:
        found = plan(facts, KNOWLEDGE, Choices(wheelhouse=folder, method=method))
    except WizardError as error:
        told = (error.what, error.why or error.hints)
        found = None
    if found is None:
        assert all(told)
        return
    order(found)
    for step in found.steps:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", step.id)  # the full screen makes names of them
        assert ":all:" not in repr(step.action)
        assert commands.command_text(step.action, found.system)
    if not found.prepares:
        assert isinstance(found.steps[-1].action, RemoveFolder)
        assert folder in formats.to_text(found)
    script = formats.to_powershell if facts.system.name == "windows" else formats.to_shell
    assert script(found)


# --- installing from one


def house(link: str = "static", tags: str = wheel_files.MANYLINUX) -> Facts:
    listed = Listed("50.0.2", wheels=(tags,), link=link)
    return replace(WORKSHOP, listing=Listing((listed,)), held=held(tags))


def held(tags: str = wheel_files.MANYLINUX, release: str = "50.0.2") -> tuple[HeldWheel, ...]:
    """What is in that wheelhouse: also a cffi and a pip for newer Pythons only."""
    needs = ("cffi>=1.12; platform_python_implementation != 'PyPy'", "colorama; os_name == 'nt'")
    compiled = "manylinux_2_17_x86_64"
    return (
        HeldWheel("cryptography", release, tags, "1" * 64, requires=needs),
        *(
            HeldWheel("cffi", version, f"{tag}-{compiled}", str(number) * 64, "", ("pycparser",))
            for number, (version, tag) in enumerate(
                (
                    *(("1.15.1", "cp36-cp36m"), ("2.0.0", "cp39-cp39")),
                    *(("2.1.1", "cp311-cp311"), ("2.1.1", "cp313-cp313")),
                ),
                2,
            )
        ),
        HeldWheel("pip", "21.3.1", wheel_files.ANY, "6" * 64, ">=3.6"),
        HeldWheel("pip", "26.3", wheel_files.ANY, "7" * 64, ">=3.9"),
        HeldWheel("pycparser", "2.22", wheel_files.ANY, "8" * 64),
        HeldWheel("unrelated", "1.0", wheel_files.ANY, "9" * 64),
    )


def written(found: Plan, step: str) -> list[str]:
    action = steps(found)[step].action
    assert isinstance(action, WriteFile)
    return action.text.replace(" \\\n    --hash=sha256:", " ").splitlines()


FROM = Choices(from_wheelhouse=HOUSE, method="wheel", venv="/home/ada/project/new")


@pytest.mark.parametrize("tool", ["pip", "uv"])
@pytest.mark.parametrize("version", ["3.9", "3.11", "3.13"])
def test_nothing_asks_the_index(tool: Any, version: str) -> None:
    target = next(p for p in WORKSHOP.pythons if p.version.startswith(version))
    found = plan(house(), KNOWLEDGE, replace(FROM, installer=tool, python=target.path))
    installs = [s.action for s in found.steps if isinstance(s.action, Command)]
    asks = [c for c in installs if "install" in c.argv]
    assert asks
    for command in asks:
        assert "--no-index" in command.argv
        assert command.argv[command.argv.index("--find-links") + 1] == HOUSE
        assert "--isolated" in command.argv or "--offline" in command.argv
    assert not any("--seed" in command.argv for command in installs)


def test_the_pip_of_python_3_6_takes_no_pip_of_newer_pythons() -> None:
    old = next(p for p in WORKSHOP.pythons if p.version.startswith("3.9"))
    old = replace(old, version="3.6.15", ensurepip="18.1", path="/opt/3.6/python")
    old = replace(old, pip=replace(old.pip, version="18.1") if old.pip else None)
    facts = replace(house(tags="cp36-abi3-manylinux_2_28_x86_64"), pythons=(old,))
    listed = replace(facts.listing.releases[0], version="40.0.2") if facts.listing else None
    facts = replace(facts, listing=Listing((listed,) if listed else ()))
    facts = replace(facts, held=held("cp36-abi3-manylinux_2_28_x86_64", "40.0.2"))
    found = plan(facts, KNOWLEDGE, replace(FROM, installer="pip"))
    assert written(found, "wheelhouse-pip") == ["pip==21.3.1 " + "6" * 64]
    assert argv(found, "pip-upgrade")[-4:] == (
        *("--require-hashes", "--no-deps", "--requirement"),
        "/home/ada/project/new/wheelhouse-pip.txt",
    )
    assert listed_names(found) == ["cryptography", "cffi", "pycparser"]


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_only_the_files_of_the_manifest_are_installed_and_only_if_unchanged(tool: Any) -> None:
    found = plan(house(), KNOWLEDGE, replace(FROM, installer=tool, python=pythons_here("3.11")))
    assert argv(found, "install")[-4:] == (
        *("--require-hashes", "--no-deps", "--requirement"),
        "/home/ada/project/new/wheelhouse-requirements.txt",
    )
    assert written(found, "wheelhouse-requirements") == [
        "pip==26.3 " + "7" * 64,
        "cryptography==50.0.2 " + "1" * 64,
        f"cffi==2.1.1 {'4' * 64} {'5' * 64}",
        "pycparser==2.22 " + "8" * 64,
    ]
    assert "wheelhouse-requirements" in steps(found)["install"].needs


def listed_names(found: Plan) -> list[str]:
    return [line.partition("==")[0] for line in written(found, "wheelhouse-requirements")]


def test_what_an_environment_already_has_stays() -> None:
    python = next(p for p in WORKSHOP.pythons if p.version.startswith("3.11"))
    python = replace(
        *(python,),
        path="/home/ada/project/old/bin/python",
        environment="/home/ada/project/old",
        packages=(Installed("cffi", "1.17"), Installed("PyCparser", "2.0")),
    )
    facts = replace(house(), pythons=(python, *WORKSHOP.pythons))
    choices = replace(FROM, venv="/home/ada/project/old")
    assert listed_names(plan(facts, KNOWLEDGE, choices)) == ["cryptography"]
    older = replace(python, packages=(Installed("cffi", "1.0"), Installed("pycparser", "2.0")))
    facts = replace(facts, pythons=(older, *WORKSHOP.pythons))
    assert listed_names(plan(facts, KNOWLEDGE, choices)) == ["cryptography", "cffi"]


def with_sets(facts: Facts) -> Facts:
    """The same wheelhouse as that of a kit, which also has a package of the workshop."""
    sets = ("linux-x86_64-3.11",)
    chosen = ("1" * 64, "4" * 64, "7" * 64, "8" * 64)
    wheels = (replace(w, sets=sets) if w.sha256 in chosen else w for w in facts.held)
    requests = HeldWheel(
        "requests", "2.34", wheel_files.ANY, "a" * 64, requires=("idna",), sets=sets
    )
    newer = HeldWheel("requests", "2.99", wheel_files.ANY, "b" * 64)
    idna = HeldWheel("idna", "3.20", wheel_files.ANY, "c" * 64, sets=sets)
    return replace(facts, held=(*wheels, newer, requests, idna))


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_from_a_kit_exactly_the_wheels_of_the_target_are_installed(tool: Any) -> None:
    facts = with_sets(house())
    found = plan(facts, KNOWLEDGE, replace(FROM, installer=tool, python=pythons_here("3.11")))
    assert written(found, "wheelhouse-requirements") == [
        "cffi==2.1.1 " + "4" * 64,
        "cryptography==50.0.2 " + "1" * 64,
        "idna==3.20 " + "c" * 64,
        "pip==26.3 " + "7" * 64,
        "pycparser==2.22 " + "8" * 64,
        "requests==2.34 " + "a" * 64,
    ]
    other = plan(facts, KNOWLEDGE, replace(FROM, installer=tool, python=pythons_here("3.13")))
    assert "requests" not in listed_names(other)  # the kit has no such target


def test_from_a_kit_an_environment_keeps_what_it_has() -> None:
    python = next(p for p in WORKSHOP.pythons if p.version.startswith("3.11"))
    python = replace(
        *(python,),
        path="/home/ada/project/old/bin/python",
        environment="/home/ada/project/old",
        packages=(Installed("cffi", "2.0"), Installed("PyCparser", "2.0"), Installed("idna", "1")),
    )
    facts = replace(with_sets(house()), pythons=(python, *WORKSHOP.pythons))
    found = plan(facts, KNOWLEDGE, replace(FROM, venv="/home/ada/project/old"))
    assert listed_names(found) == ["cryptography", "requests"]


def test_a_missing_dependency_is_told_before_anything_is_installed() -> None:
    facts = house()
    facts = replace(facts, held=tuple(w for w in facts.held if w.name != "pycparser"))
    with pytest.raises(Impossible) as caught:
        plan(facts, KNOWLEDGE, FROM)
    assert caught.value.what.startswith("The wheelhouse has no wheel of pycparser for ")


@pytest.mark.parametrize("link", ["static", "dynamic"])
def test_the_proof_expects_what_the_manifest_says(link: str) -> None:
    found = plan(house(link), KNOWLEDGE, FROM)
    proof = found.steps[-1].action
    assert isinstance(proof, Prove)
    assert (proof.link, found.link) == (link, link)


def test_a_glibc_that_is_too_old_is_told_before_anything_is_installed() -> None:
    facts = house(tags="cp39-abi3-manylinux_2_99_x86_64")
    with pytest.raises(Impossible) as caught:
        plan(facts, KNOWLEDGE, FROM)
    assert "glibc 2.99 or newer" in caught.value.why
    assert Case(facts, KNOWLEDGE).listed[0].version == "50.0.2"


def test_a_python_that_it_was_not_made_for_is_told_before_anything_is_installed() -> None:
    facts = house()
    listed = Listed("50.0.2", wheels=(wheel_files.MANYLINUX,), pythons=("3.9", "3.13"))
    facts = replace(facts, listing=Listing((listed,)))
    asked = next(p for p in WORKSHOP.pythons if p.version.startswith("3.11"))
    with pytest.raises(Impossible) as caught:
        plan(facts, KNOWLEDGE, replace(FROM, python=asked.path))
    assert "was made for Python 3.9, 3.13" in caught.value.why
    found = plan(facts, KNOWLEDGE, replace(FROM, python=pythons_here("3.13")))
    assert found.release == "50.0.2"


def pythons_here(version: str) -> str:
    return next(p.path for p in WORKSHOP.pythons if p.version.startswith(version))


# --- the request


def test_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asked = Choices(wheelhouse="new/wheels", targets=f"3.9, {sys.executable},3.9")
    checked = validation.check(asked)
    assert checked.wheelhouse == str(tmp_path / "new" / "wheels")
    assert checked.targets == f"3.9,{sys.executable}"
    assert not (tmp_path / "new").exists()


def test_a_wheelhouse_may_be_made_again(tmp_path: Path) -> None:
    stage, folder = tmp_path / "stage", tmp_path / "house"
    wheel_files.make(stage)
    manifest.write(wheel_files.order(stage, folder, python=sys.executable))
    assert validation.check(Choices(wheelhouse=str(folder))).wheelhouse == str(folder)
    checked = validation.check(Choices(from_wheelhouse=str(folder)))
    assert (checked.from_wheelhouse, checked.method) == (str(folder), "wheel")
    assert validation.check(checked) == checked  # as an answers file gives them back
    (folder / "more.txt").touch()
    with pytest.raises(BadRequest, match="contains files that do not belong") as caught:
        validation.check(Choices(wheelhouse=str(folder)))
    assert caught.value.shown == "more.txt"


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("file", "file/below"):
        with pytest.raises(BadRequest, match="is a file, not a folder"):
            validation.check(Choices(wheelhouse=str(tmp_path / name)))


@pytest.mark.parametrize("targets", ["3.9,", ",", "2.7", "4.0", "3", "nothing-of-that-name", "\0"])
def test_targets_that_are_no_pythons(targets: str, tmp_path: Path) -> None:
    with pytest.raises(BadRequest):
        validation.check(Choices(wheelhouse=str(tmp_path / "new"), targets=targets))


@pytest.mark.parametrize(
    "choices",
    [
        Choices(wheelhouse="w", from_wheelhouse="f"),
        Choices(wheelhouse="w", venv="e"),
        Choices(wheelhouse="w", targets="3.9", python="p"),
        Choices(wheelhouse="w", repair="yes", method="wheel"),
        Choices(wheelhouse="w", repair="yes", link="dynamic"),
        Choices(targets="3.9"),
        Choices(repair="yes"),
        Choices(from_wheelhouse="f", method="source"),
        Choices(from_wheelhouse="f", link="static"),
        Choices(from_wheelhouse="f", openssl="system"),
        Choices(from_wheelhouse="f", openssl_sha256="0" * 64),
        Choices(from_wheelhouse="f", manager="apt"),
        Choices(from_wheelhouse="f", rust="system"),
    ],
    ids=lambda choices: " ".join(choices.answered()),
)
def test_choices_that_contradict_each_other(choices: Choices) -> None:
    with pytest.raises(BadRequest, match=r"contradict each other|only works with") as caught:
        validation.check(choices)
    assert caught.value.why
    assert caught.value.hints


# --- the small programs in the plan


def test_what_a_wheel_needs_is_written_down(tmp_path: Path) -> None:
    folder = tmp_path / "with [brackets] and 'quotes'"
    wheel_files.make(folder)
    listed = tmp_path / "needs.txt"
    words = (sys.executable, "-c", wheelhouse.DEPENDENCIES_PROGRAM, str(folder), str(listed))
    subprocess.run(words, check=True, timeout=60)
    assert listed.read_text(encoding="utf-8").splitlines() == [
        "cffi>=2.0.0 ; platform_python_implementation != 'PyPy'",
        "typing-extensions>=4 ; python_full_version < '3.11'",
    ]


@pytest.mark.parametrize(("code", "left"), [(0, "new"), (1, "old")])
def test_the_repaired_wheel_takes_the_place_of_the_other(
    code: int, left: str, tmp_path: Path
) -> None:
    stage, tools = tmp_path / "stage", tmp_path / "tools" / "auditwheel"
    old = wheel_files.make(stage, tags=wheel_files.LINUX)
    tools.mkdir(parents=True)
    (tools / "__init__.py").touch()
    (tools / "main.py").write_text(
        "import pathlib, sys\n"
        "def main():\n"
        "    repair, option, folder, wheel = sys.argv[1:]\n"
        "    assert (repair, option) == ('repair', '--wheel-dir')\n"
        f"    if {code}: return {code}\n"
        f"    pathlib.Path(folder, 'cryptography-50.0.2-{wheel_files.MANYLINUX}.whl').touch()\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        (sys.executable, "-I", "-c", wheelhouse.REPAIR_PROGRAM, str(tools.parent), str(stage)),
        timeout=60,
        check=False,
    )
    assert done.returncode == code
    new = f"cryptography-50.0.2-{wheel_files.MANYLINUX}.whl"
    assert [p.name for p in stage.iterdir()] == [new if left == "new" else old.name]


def test_on_a_mac_nothing_changes_what_the_linker_signed() -> None:
    """Apple silicon ends a program whose library was changed or overwritten after it was signed
    (golang/go#42684), so after these programs, codesign would have to follow."""
    changing = {"install_name_tool", "lipo", "strip", "cp", "delocate-wheel", "auditwheel"}
    planned = set()
    for name in names():
        for folder in ("", "/Users/ada/wheels"):
            for own in ("", OWN):
                choices = Choices(method="source", wheelhouse=folder, openssl=own)
                if machine(name).system.name != "macos":
                    continue
                try:
                    found = plan(machine(name), KNOWLEDGE, choices)
                except (Impossible, BadRequest):
                    continue  # there, this cannot be built
                planned.add((name, bool(folder), bool(own)))
                for step in found.steps:
                    if isinstance(step.action, Command):
                        words = {word.rpartition("/")[2] for word in step.action.argv}
                        assert not words & changing
    assert {("mac-arm-brew", True, True), ("mac-arm-none", False, True)} <= planned


def test_repair_is_refused_on_a_mac() -> None:
    choices = Choices(method="source", wheelhouse="/w", repair="yes", link="static")
    with pytest.raises(BadRequest, match="works only on Linux"):
        plan(machine("mac-arm-brew"), KNOWLEDGE, choices)
