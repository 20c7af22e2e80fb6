"""Every machine with every release line, as a wheel and from source: planned, or refused why."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from backends.action import Command, Download, Prove, RemoveFolder, WriteFile
from backends.manager import managers
from tests.machines import FOLDER, machine
from tests.wizard.planned import plan_of
from wizard.choices import Choices
from wizard.codec import from_json, to_json
from wizard.errors import WizardError
from wizard.export.formats import to_text
from wizard.facts import Facts
from wizard.knowledge import load
from wizard.needs.case import Case
from wizard.plan import SCHEMA, PackagesInstalled, Plan, order
from wizard.tables import Release
from wizard.versions import at_least, upstream

KNOWLEDGE = load()
MACHINES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "listing")
LINES = [row for row in KNOWLEDGE.releases if row.line != "3.4"]
"""The two rows of 3.4 differ in the oldest Rust only."""
FLAGS = {"CFLAGS", "LDFLAGS", "CRYPTOGRAPHY_SUPPRESS_LINK_FLAGS"}
SYS = {"OPENSSL_DIR", "OPENSSL_LIB_DIR", "OPENSSL_INCLUDE_DIR", "OPENSSL_STATIC"}


def last(row: Release) -> str:
    return next(v for v in reversed(row.versions) if v not in row.yanked)


def wishes(facts: Facts, row: Release) -> Iterator[Choices]:
    release = last(row)
    yield Choices(release=release)
    yield Choices(release=release, method="wheel")
    yield Choices(release=release, method="source")
    yield Choices(release=release, method="source", rust="rustup", toolchain="keep")
    if facts.system.name != "linux":
        yield Choices(release=release, method="source", link="static")
    for manager in facts.managers if len(facts.managers) > 1 else ():
        yield Choices(release=release, method="source", manager=manager.name)


@pytest.mark.parametrize("name", MACHINES)
def test_every_release_line(name: str) -> None:
    facts = machine(name)
    case = Case(facts, KNOWLEDGE)
    planned = 0
    for row in LINES:
        for choices in wishes(facts, row):
            try:
                made = plan_of(case.choosing(choices))
            except WizardError as refusal:
                says_why(refusal)
                continue
            planned += 1
            is_true(facts, row, choices, made)
    assert planned, "no release at all is possible here"


def says_why(refusal: WizardError) -> None:
    assert refusal.code in (2, 3)
    assert refusal.why or refusal.hints, refusal.what
    assert "\n" not in refusal.why


def is_true(facts: Facts, row: Release, choices: Choices, made: Plan) -> None:
    """What has to hold for every plan."""
    assert made.release == choices.release
    assert order(made)
    assert from_json(Plan, to_json(made, indent=None), source="plan", schema=SCHEMA) == made
    assert to_text(made)
    commands = {s.id: s.action for s in made.steps if isinstance(s.action, Command)}
    for command in commands.values():
        assert ":all:" not in command.argv
        assert all(argument and "\n" not in argument for argument in command.argv)
        assert command.argv[1:2] not in (("-m",), ("-c",)), "it would import from this folder"
    as_root = {name for name, command in commands.items() if command.root}
    assert as_root <= {"packages", "packages-refresh"}
    needs_what_the_manager_has(facts, made)
    if made.prepares:
        return
    folders_are_of_this_system(facts, made)
    install, proof = commands["install"], made.steps[-1].action
    assert install.argv[-1] == f"cryptography=={made.release}"
    assert isinstance(proof, Prove)
    assert (proof.release, proof.link) == (made.release, made.link)
    env = dict(install.env)
    if made.method == "wheel":
        assert "--only-binary" in install.argv
        assert not (FLAGS | SYS) & env.keys()
        return
    assert install.argv[install.argv.index("--no-binary") + 1] == "cryptography"
    assert {"--no-cache-dir", "--no-cache"} & set(install.argv)
    steers_as_this_era_does(row, made, install)
    rust_serves(row, made, env)


def needs_what_the_manager_has(facts: Facts, made: Plan) -> None:
    for step in made.steps:
        if isinstance(step.check, PackagesInstalled):
            manager = facts.manager(step.check.manager)
            assert manager is not None
            offered = {p.name for p in manager.packages if p.candidate}
            there = {p.name for p in manager.packages if p.installed}
            # If the lists are empty, they are updated first; before that, nothing is known.
            assert set(step.check.names) <= offered - there or not offered
            assert isinstance(step.action, Command)
            install = managers()[manager.name].install(step.check.names)
            assert install is not None
            assert step.action.root == install.root
            assert step.action.root == (manager.name != "homebrew")


def folders_are_of_this_system(facts: Facts, made: Plan) -> None:
    slash, wrong = ("\\", "/") if facts.system.name == "windows" else ("/", "\\")
    paths = [made.environment, made.python]
    for step in made.steps:
        action = step.action
        if isinstance(action, (Download, WriteFile, RemoveFolder)):
            paths.append(action.path)
        if isinstance(action, Command):
            paths += action.path
            paths += [folder for _, folder in action.lists]
    for path in paths:
        assert slash in path
        assert wrong not in path


def steers_as_this_era_does(row: Release, made: Plan, install: Command) -> None:
    env = dict(install.env)
    forbidden = SYS if row.linking == "flags" else FLAGS
    assert not forbidden & env.keys()
    assert not {"CRYPTOGRAPHY_WINDOWS_LINK_LEGACY_OPENSSL", "-L"} & env.keys()
    assert all(not value.startswith("-L") for name, value in env.items() if name in SYS)
    if install.lists:
        assert row.linking == "flags"
        assert made.system == "windows"
    assert ("MATURIN_NO_INSTALL_RUST" in env) == (row.build_backend == "maturin")
    if made.link == "static":
        key = "OPENSSL_STATIC" if row.linking == "openssl-sys" else "LDFLAGS"
        assert env[key]
        assert made.system == "macos" or row.linking == "openssl-sys"
    if row.constraints:
        (constraints,) = (s.action for s in made.steps if isinstance(s.action, WriteFile))
        assert constraints.text.splitlines() == list(row.constraints)
        assert env.get("PIP_CONSTRAINT", env.get("UV_BUILD_CONSTRAINT")) == constraints.path
    openssl = re.search(r"OpenSSL (\d\S*);", next(s.why for s in made.steps if s.id == "install"))
    assert openssl is not None
    assert row.supports_openssl(openssl[1])


def rust_serves(row: Release, made: Plan, env: dict[str, str]) -> None:
    words = next(s.why for s in made.steps if s.id == "install")
    if "CRYPTOGRAPHY_DONT_BUILD_RUST" in env:
        assert row.rust == "optional"
        return
    version = re.search(r"Rust (\d[\d.]*)", words)
    if version:
        assert at_least(upstream(version[1]), row.msrv)
        return
    assert "newest stable Rust" in words
    assert {"rustup", "rust"} <= {s.id for s in made.steps}
    assert env["RUSTUP_HOME"]
